/** Imported first: kafkajs looks at this once, when it is loaded, and retries in another rhythm under test. */
process.env['NODE_ENV'] = 'production';

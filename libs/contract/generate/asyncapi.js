import { stringify } from 'yaml';

const KAFKA_BINDING = '0.5.0';

/** The text of `docs/asyncapi.yaml` (AsyncAPI 3.0): the public topics, their messages and schemas. */
export function generateAsyncApi({ topics, eventTypes, rejectReasons, schemas }, banner) {
  const published = Object.entries(topics).filter(([, topic]) => topic.direction !== 'internal');
  const each = (make) => Object.fromEntries(published.map(([key, topic]) => make(key, topic)));
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Spendline',
      version: '1.0.0',
      description:
        'Near-real-time cost monitor for call centres. Operations are seen from Spendline: it receives what it reads ' +
        'and sends what it publishes. Records follow the CloudEvents 1.0 Kafka binding: inputs in binary mode, in ' +
        'structured mode, or as plain JSON without headers; outputs in binary mode. Topic names may carry a prefix.',
    },
    defaultContentType: 'application/json',
    channels: each((key, topic) => [key, channel(key, topic)]),
    operations: each((key, topic) => operation(key, topic)),
    components: {
      messages: each((key, topic) => [key, message(topic, schemas, eventTypes[key])]),
      schemas: {
        ...Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, asDraft7(schema)])),
        rejectedHeaders: rejectedHeaders(rejectReasons),
      },
    },
  };
  return `# ${banner}\n${stringify(document, { lineWidth: 120, aliasDuplicateObjects: false })}`;
}

function channel(key, topic) {
  return {
    address: topic.name,
    description: topic.summary,
    messages: { [key]: { $ref: `#/components/messages/${key}` } },
    bindings: {
      kafka: {
        topic: topic.name,
        topicConfiguration: {
          'cleanup.policy': topic.cleanup.split(','),
          ...(topic.retentionMs === undefined ? {} : { 'retention.ms': topic.retentionMs }),
          ...(topic.maxMessageBytes === undefined ? {} : { 'max.message.bytes': topic.maxMessageBytes }),
        },
        bindingVersion: KAFKA_BINDING,
      },
    },
  };
}

function operation(key, topic) {
  const action = topic.direction === 'in' ? 'receive' : 'send';
  const name = action + key[0].toUpperCase() + key.slice(1);
  return [
    name,
    {
      action,
      channel: { $ref: `#/channels/${key}` },
      summary: topic.summary,
      messages: [{ $ref: `#/channels/${key}/messages/${key}` }],
    },
  ];
}

function message(topic, schemas, eventType) {
  const keyBinding = { kafka: { key: { type: 'string', description: topic.key }, bindingVersion: KAFKA_BINDING } };
  if (topic.schema === undefined) {
    return {
      summary: topic.summary,
      contentType: 'application/octet-stream',
      headers: { $ref: '#/components/schemas/rejectedHeaders' },
      payload: { description: 'the original bytes, untouched' },
      bindings: keyBinding,
    };
  }
  return {
    name: topic.schema,
    summary: schemas[topic.schema].title,
    contentType: 'application/json',
    ...(eventType === undefined ? {} : { headers: cloudEventHeaders(eventType) }),
    payload: { $ref: `#/components/schemas/${topic.schema}` },
    bindings: keyBinding,
  };
}

function cloudEventHeaders(eventType) {
  const properties = {
    ce_specversion: { const: '1.0' },
    ce_id: { type: 'string' },
    ce_source: { type: 'string', format: 'uri-reference' },
    ce_type: { const: eventType },
    ce_time: { type: 'string', format: 'date-time' },
    ce_subject: { type: 'string' },
    'content-type': { const: 'application/json' },
  };
  return { type: 'object', properties, required: Object.keys(properties) };
}

function rejectedHeaders(reasons) {
  const slugs = Object.entries(reasons).map(([slug, meaning]) => `${slug}: ${meaning}`);
  return {
    type: 'object',
    description: 'beside these the headers of the original; one of the same name is kept as original-<name>',
    properties: {
      reason: { type: 'string', enum: Object.keys(reasons), description: slugs.join('\n') },
      detail: { type: 'string', description: 'what is wrong, for people' },
      'source-topic': { type: 'string' },
      'source-partition': { type: 'string', pattern: '^[0-9]+$' },
      'source-offset': { type: 'string', pattern: '^[0-9]+$' },
    },
    required: ['reason', 'detail', 'source-topic', 'source-partition', 'source-offset'],
  };
}

/** AsyncAPI's own schema language is a superset of draft 7, which has `dependencies` for the newer `dependentRequired`. */
function asDraft7(schema) {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([keyword]) => keyword !== '$schema')
      .map(([keyword, value]) => [keyword === 'dependentRequired' ? 'dependencies' : keyword, value]),
  );
}

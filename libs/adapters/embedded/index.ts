export { findJava, OLDEST_JAVA, type Java } from './java.js';
export { startKafka, type EmbeddedKafkaOptions } from './kafka.js';
export { postgresBinaries, startPostgres, type EmbeddedPostgresOptions } from './postgres.js';
export { lastLines, startServer, type EmbeddedServer, type ServerSpec, type StartControl } from './server.js';

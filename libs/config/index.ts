export type { AccessConfig } from './access.js';
export { effectiveSettings, settingsMarkdown, unknownSettings, type EffectiveSetting } from './describe.js';
export { environment } from './environment.js';
export { ConfigError, type ConfigFault, type Environment } from './load.js';
export { ALLOCATOR_ENVIRONMENT, ENGINE_FLAGS } from './engine-settings.js';
export { embeddedDatabaseUrl, kafkaJars, placesIn, projectRoot, type Places } from './places.js';
export {
  loadApiConfig,
  loadDatabaseConfig,
  loadDeliveryConfig,
  loadKafkaConfig,
  loadLedgerConfig,
  loadMonitorConfig,
  loadSimulatorConfig,
  loadTokenConfig,
  loadUpConfig,
  type ApiConfig,
  type DeliveryConfig,
  type LedgerConfig,
  type MonitorConfig,
  type SimulatorConfig,
  type UpConfig,
} from './programs.js';

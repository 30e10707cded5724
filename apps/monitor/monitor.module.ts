import { Module, type DynamicModule } from '@nestjs/common';
import { MetricsModule, type MetricsModuleOptions } from '#libs/adapters/prometheus';
import type { StageDependencies, StageOptions } from '#libs/application';
import { STAGE_DEPENDENCIES, STAGE_OPTIONS, StagesController } from './stages.controller.js';

/** The monitor: its stages, and the endpoints that show how it is. */
@Module({})
export class MonitorModule {
  static forRoot(options: StageOptions, dependencies: StageDependencies, metrics: MetricsModuleOptions): DynamicModule {
    return {
      module: MonitorModule,
      imports: [MetricsModule.forRoot(metrics)],
      controllers: [StagesController],
      providers: [
        { provide: STAGE_OPTIONS, useValue: options },
        { provide: STAGE_DEPENDENCIES, useValue: dependencies },
      ],
    };
  }
}

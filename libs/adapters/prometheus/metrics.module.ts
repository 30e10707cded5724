import { Controller, Get, Header, Inject, Module, Res, type DynamicModule } from '@nestjs/common';
import { answerHealth, type HealthAnswer, type HealthCheck, type HealthQuestion } from './health.js';
import type { Exposition } from './exposition.js';

const REGISTRY = Symbol('metrics registry');
const HEALTH = Symbol('health check');

/** As much of an HTTP response as is needed to set its status and type. */
interface StatusResponse {
  status(code: number): unknown;
  type(contentType: string): unknown;
}

@Controller()
class MetricsController {
  constructor(
    @Inject(REGISTRY) private readonly registry: Exposition,
    @Inject(HEALTH) private readonly health: HealthCheck,
  ) {}

  @Get('metrics')
  @Header('Cache-Control', 'no-store')
  async metrics(@Res({ passthrough: true }) response: StatusResponse): Promise<string> {
    response.type(this.registry.contentType);
    return this.registry.expose();
  }

  @Get('health/live')
  @Header('Cache-Control', 'no-store')
  live(@Res({ passthrough: true }) response: StatusResponse): HealthAnswer['body'] {
    return this.#answer('live', response);
  }

  @Get('health/ready')
  @Header('Cache-Control', 'no-store')
  ready(@Res({ passthrough: true }) response: StatusResponse): HealthAnswer['body'] {
    return this.#answer('ready', response);
  }

  #answer(question: HealthQuestion, response: StatusResponse): HealthAnswer['body'] {
    const { statusCode, body } = answerHealth(this.health, question);
    response.status(statusCode);
    return body;
  }
}

/** What {@link MetricsModule} shows. */
export interface MetricsModuleOptions {
  readonly registry: Exposition;
  readonly health: HealthCheck;
}

/**
 * `/metrics`, `/health/live` and `/health/ready` in a Nest HTTP application. They carry no per-customer data and are
 * meant to be open to the scraper; if the application has a global prefix or guard, exempt these three paths.
 */
@Module({})
export class MetricsModule {
  static forRoot({ registry, health }: MetricsModuleOptions): DynamicModule {
    return {
      module: MetricsModule,
      controllers: [MetricsController],
      providers: [
        { provide: REGISTRY, useValue: registry },
        { provide: HEALTH, useValue: health },
      ],
    };
  }
}

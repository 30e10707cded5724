import { Controller, Inject } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import {
  COST_STAGE,
  costStage,
  MERGE_STAGE,
  mergeStage,
  type StageDefinition,
  type StageDependencies,
  type StageOptions,
} from '#libs/application';

/** Injection tokens of what the stages are given from outside. */
export const STAGE_OPTIONS = Symbol('StageOptions');
export const STAGE_DEPENDENCIES = Symbol('StageDependencies');

/** The stages of this process, one handler each; the transport runs what they return. */
@Controller()
export class StagesController {
  constructor(
    @Inject(STAGE_OPTIONS) private readonly options: StageOptions,
    @Inject(STAGE_DEPENDENCIES) private readonly dependencies: StageDependencies,
  ) {}

  @MessagePattern(COST_STAGE)
  cost(): StageDefinition {
    return costStage(this.options, this.dependencies);
  }

  @MessagePattern(MERGE_STAGE)
  merge(): StageDefinition {
    return mergeStage(this.options, this.dependencies);
  }
}

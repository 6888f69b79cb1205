import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { drawBaseline, type DrawnBaseline, type World } from '@tendril/flows';
import { z } from 'zod';
import { WORLD } from '../world-token.ts';
import { Needs } from './key-guard.ts';

const Size = z.object({
  size: z.coerce.number().int().min(1).max(20_000).default(2000).meta({ description: 'About so many leads at most: accounts are drawn whole' }),
});

@ApiTags('operations')
@ApiBearerAuth()
@Controller('v1/baseline')
@Needs('baseline:read')
export class BaselineController {
  constructor(@Inject(WORLD) private readonly world: World) {}

  @Get()
  @ApiOperation({
    summary: 'A stratified sample of the leads without names, for rules plan on files alone',
    description:
      'The two files of rules/baseline/. `compared` names personal values that rules compare: they are placeholders here. ' +
      'Who can read the files may still know a lead again by a rare combination: keep them in a private repository.',
  })
  draw(@Query({ schema: Size }) { size }: z.output<typeof Size>): Promise<DrawnBaseline> {
    return drawBaseline(this.world, size);
  }
}

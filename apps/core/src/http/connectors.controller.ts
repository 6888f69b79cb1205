import { Controller, Get, Inject } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { World } from '@tendril/flows';
import { WORLD } from '../world-token.ts';
import { Needs } from './key-guard.ts';

/** An installed connector and whether it works. */
interface ConnectorView {
  readonly name: string;
  readonly package: string;
  readonly id: string;
  readonly channel: string;
  readonly contract: number;
  readonly vendorApi: string | null;
  /** What may follow an ambiguous answer. */
  readonly resend: string;
  readonly health: { readonly ok: boolean; readonly message: string };
}

@ApiTags('operations')
@ApiBearerAuth()
@Controller('v1/connectors')
export class ConnectorsController {
  constructor(@Inject(WORLD) private readonly world: World) {}

  @Get()
  @Needs('operations')
  @ApiOperation({ summary: 'The installed connectors, each asked whether its vendor is there and its credentials are good' })
  async list(): Promise<{ items: ConnectorView[] }> {
    const views = this.world.connectors.list().map(async ({ name, package: from, connector }) => {
      const { id, channel, contract, vendorApi, resend } = connector.definition;
      return { name, package: from, id, channel, contract, vendorApi: vendorApi ?? null, resend, health: await connector.check() };
    });
    return { items: await Promise.all(views) };
  }
}

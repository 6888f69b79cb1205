import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { IntakeQueue, type World } from '@tendril/flows';
import type { Settings } from './boot/settings.ts';
import { AccountsController } from './http/accounts.controller.ts';
import { Drain } from './drain.ts';
import { BaselineController } from './http/baseline.controller.ts';
import { CampaignsController } from './http/campaigns.controller.ts';
import { ConnectorsController } from './http/connectors.controller.ts';
import { EventsController } from './http/events.controller.ts';
import { ExplainController } from './http/explain.controller.ts';
import { HealthController } from './http/health.controller.ts';
import { HooksController } from './http/hooks.controller.ts';
import { Idempotency } from './http/idempotency.ts';
import { ImportsController } from './http/imports.controller.ts';
import { KeyGuard } from './http/key-guard.ts';
import { KeysController } from './http/keys.controller.ts';
import { LeadsController } from './http/leads.controller.ts';
import { MailboxController } from './http/mailbox.controller.ts';
import { MergesController } from './http/merges.controller.ts';
import { MetricsController } from './http/metrics.controller.ts';
import { PlanController } from './http/plan.controller.ts';
import { OperationsController } from './http/operations.controller.ts';
import { ProblemDetails } from './http/problem-details.ts';
import { PublicIntake } from './http/public-intake.ts';
import { QuarantineController } from './http/quarantine.controller.ts';
import { RulebookController } from './http/rulebook.controller.ts';
import { RunsController } from './http/runs.controller.ts';
import { SegmentsController } from './http/segments.controller.ts';
import { TouchpointsController } from './http/touchpoints.controller.ts';
import { TrackerController } from './http/tracker.controller.ts';
import { UnsubscribeController } from './http/unsubscribe.controller.ts';
import { UpsertController } from './http/upsert.controller.ts';
import { validate } from './http/validate.ts';
import { WebhooksController } from './http/webhooks.controller.ts';
import { Metrics } from './metrics.ts';
import { Ticks } from './ticks.ts';
import { SETTINGS, WORLD } from './world-token.ts';

/** The core: every route, the schedule, and the one world that they share. */
@Module({})
export class AppModule {
  static with(world: World, settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [ScheduleModule.forRoot()],
      controllers: [
        EventsController,
        QuarantineController,
        LeadsController,
        UpsertController,
        MergesController,
        AccountsController,
        ExplainController,
        SegmentsController,
        TouchpointsController,
        ImportsController,
        CampaignsController,
        ConnectorsController,
        OperationsController,
        BaselineController,
        PlanController,
        RulebookController,
        RunsController,
        HealthController,
        HooksController,
        KeysController,
        MailboxController,
        MetricsController,
        TrackerController,
        UnsubscribeController,
        WebhooksController,
      ],
      providers: [
        { provide: WORLD, useValue: world },
        { provide: SETTINGS, useValue: settings },
        { provide: IntakeQueue, useValue: new IntakeQueue(world) },
        { provide: APP_FILTER, useClass: ProblemDetails },
        { provide: APP_GUARD, useClass: KeyGuard },
        { provide: APP_INTERCEPTOR, useClass: Idempotency },
        { provide: APP_PIPE, useValue: validate },
        PublicIntake,
        Drain,
        Metrics,
        Ticks,
      ],
    };
  }
}

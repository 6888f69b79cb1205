import type { InferKyselyDB } from '@mikro-orm/sql';
import type { Kysely } from 'kysely';
import {
  ActiveRulebookEntity,
  CampaignEntity,
  DueEntity,
  EnrolmentEntity,
  FactStateEntity,
  GoneEventsEntity,
  LeadStateEntity,
  MembershipEntity,
  RulebookEntity,
  ScoreEntity,
  SettingEntity,
  TransitionEntity,
} from './entities/decisions.ts';
import {
  AccountChangeEntity,
  AccountEntity,
  AddressEntity,
  ConsentEntity,
  EventEntity,
  IdentityEntity,
  LeadEntity,
  QuarantineEntity,
  LeadMergeEntity,
  SuppressionEntity,
} from './entities/leads.ts';
import { ApiKeyEntity, IdempotencyEntity, ImportBatchEntity, ImportRejectEntity, RunEntity, RunPartEntity } from './entities/operations.ts';
import { DraftEntity, ShadowAnswerEntity, ShadowDueEntity, ShadowTouchEntity } from './entities/shadows.ts';
import { InboxEntity, TouchpointEntity } from './entities/touchpoints.ts';
import { WebhookDeliveryEntity, WebhookEntity } from './entities/webhooks.ts';

/** Every table, for MikroORM's migrations and for the types of the queries. */
export const ENTITIES = [
  AccountChangeEntity,
  AccountEntity,
  ActiveRulebookEntity,
  AddressEntity,
  ApiKeyEntity,
  CampaignEntity,
  ConsentEntity,
  DraftEntity,
  DueEntity,
  EnrolmentEntity,
  EventEntity,
  FactStateEntity,
  GoneEventsEntity,
  IdempotencyEntity,
  IdentityEntity,
  ImportBatchEntity,
  ImportRejectEntity,
  InboxEntity,
  LeadEntity,
  LeadMergeEntity,
  LeadStateEntity,
  MembershipEntity,
  QuarantineEntity,
  RulebookEntity,
  RunEntity,
  RunPartEntity,
  ScoreEntity,
  SettingEntity,
  ShadowAnswerEntity,
  ShadowDueEntity,
  ShadowTouchEntity,
  SuppressionEntity,
  TouchpointEntity,
  TransitionEntity,
  WebhookDeliveryEntity,
  WebhookEntity,
] as const;

/** Tables and columns as queries see them, inferred from the entities. */
export type Tables = InferKyselyDB<(typeof ENTITIES)[number]>;

/** A database connection for queries: bound to a transaction inside one, to the pool outside. */
export type Db = Kysely<Tables>;

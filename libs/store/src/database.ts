import type { InferKyselyDB } from '@mikro-orm/sql';
import type { Kysely } from 'kysely';
import {
  ActiveRulebookEntity,
  CampaignEntity,
  DueEntity,
  EnrolmentEntity,
  LeadStateEntity,
  MembershipEntity,
  RulebookEntity,
  ScoreEntity,
  SettingEntity,
  TransitionEntity,
} from './entities/decisions.ts';
import {
  AccountEntity,
  AddressEntity,
  ConsentEntity,
  EventEntity,
  IdentityEntity,
  LeadEntity,
  SuppressionEntity,
} from './entities/leads.ts';
import { ApiKeyEntity, IdempotencyEntity, ImportBatchEntity, ImportRejectEntity, RunEntity } from './entities/operations.ts';
import { DraftEntity, ShadowAnswerEntity, ShadowDueEntity, ShadowTouchEntity } from './entities/shadows.ts';
import { InboxEntity, TouchpointEntity } from './entities/touchpoints.ts';

/** Every table, for MikroORM's migrations and for the types of the queries. */
export const ENTITIES = [
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
  IdempotencyEntity,
  IdentityEntity,
  ImportBatchEntity,
  ImportRejectEntity,
  InboxEntity,
  LeadEntity,
  LeadStateEntity,
  MembershipEntity,
  RulebookEntity,
  RunEntity,
  ScoreEntity,
  SettingEntity,
  ShadowAnswerEntity,
  ShadowDueEntity,
  ShadowTouchEntity,
  SuppressionEntity,
  TouchpointEntity,
  TransitionEntity,
] as const;

/** Tables and columns as queries see them, inferred from the entities. */
export type Tables = InferKyselyDB<(typeof ENTITIES)[number]>;

/** A database connection for queries: bound to a transaction inside one, to the pool outside. */
export type Db = Kysely<Tables>;

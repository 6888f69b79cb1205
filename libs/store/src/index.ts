export { type Db } from './database.ts';
export { openStore, type Store, type StoreLocation } from './open-store.ts';
export {
  addConsents,
  addSuppressions,
  type ConsentEntry,
  leadsByAddress,
  lockLeads,
  type SuppressionEntry,
} from './queries/consent.ts';
export { type PlannedTouchpoint, planTouchpoints, saveDecisions } from './queries/decisions.ts';
export { type AcceptedTouchpoint, acceptedSince, enrolledLeads, eventCounts } from './queries/demo-summary.ts';
export {
  beginSending,
  type Claim,
  claimDueTouchpoints,
  type DueTouchpoint,
  type GateRow,
  LEASE_SECONDS,
  type NewestConsent,
  newestConsents,
  type OutcomeRow,
  releaseClaims,
  saveOutcomes,
  saveVerdicts,
  sweepLeases,
} from './queries/dispatch.ts';
export { claimDueLeads, type ClaimedLeads, deleteDue, forgetNextAt, loadSnapshots, type SnapshotRequest } from './queries/evaluation.ts';
export { addToInbox, findTold, type Mark, markTouchpoints, type ToldTouchpoint } from './queries/feedback.ts';
export {
  addDue,
  addEvents,
  addIdentities,
  addLeads,
  findIdentities,
  type Identity,
  joinAccounts,
  leadsWithOwnId,
  mergeAttributes,
  setAddresses,
  type StoredEvent,
} from './queries/intake.ts';
export {
  addCampaign,
  addFirstKey,
  addKey,
  countAudience,
  dropAnswer,
  findKey,
  initSetting,
  keepAnswer,
  type KeptAnswer,
  type KeyView,
  listKeys,
  readCampaigns,
  readSetting,
  reserveAnswer,
  revokeKey,
  type StoredCampaign,
  type StoredKey,
  writeSetting,
} from './queries/operations.ts';
export {
  leadPage,
  type LeadSearch,
  type LeadView,
  type Overview,
  readLead,
  readOverview,
  readTimeline,
  readTouchpoint,
  searchLeads,
  searchTouchpoints,
  type TimelineEntry,
  type TouchpointSearch,
  type TouchpointView,
} from './queries/reading.ts';
export { activateRulebook, activeRulebook, readRulebook, type StoredRulebook } from './queries/rulebooks.ts';
export {
  addImportBatch,
  addImportRejects,
  addRun,
  advanceRun,
  claimRun,
  type ClaimedRun,
  countImportBatches,
  endRun,
  type ImportRejected,
  type ImportRow,
  listRuns,
  readImportBatch,
  readImportRejects,
  readRun,
  type Run,
  startRun,
} from './queries/runs.ts';

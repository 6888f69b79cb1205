export { type Db } from './database.ts';
export { openStore, type Store, type StoreLocation } from './open-store.ts';
export { readFactsAt, type RecordedFacts, stageAt } from './queries/as-recorded.ts';
export { mergeAttributes } from './queries/attributes.ts';
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
  countedTouchpoints,
  type CountedTouchpoint,
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
  wakeCapped,
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
  type JoinedAccounts,
  joinAccounts,
  leadsWithOwnId,
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
  countStrata,
  drawLeads,
  type EventsRequest,
  readAsOfNow,
  readSample,
  type SampledLead,
  type SampledTouchpoint,
  type StrataRequest,
  type StratumCount,
  type StratumKey,
  type StratumQuota,
} from './queries/population.ts';
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
export { addDueColleagues, addDueInAccounts } from './queries/standing.ts';
export { type HistoryRow, rollbackTarget, type RollbackTarget, rulebookHistory } from './queries/rulebook-history.ts';
export {
  activateRulebook,
  type Activation,
  type ActivationTerms,
  type ActiveNow,
  activeRulebook,
  activeRulebookAt,
  expectActive,
  findRulebooks,
  holdRulebook,
  readRulebook,
  type StoredRulebook,
} from './queries/rulebooks.ts';
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
export { withinSavepoint } from './queries/savepoint.ts';
export {
  addShadowDue,
  addShadowDueColleagues,
  addShadowDueInAccounts,
  claimShadowDue,
  loadShadows,
  saveShadows,
  setDrafts,
  shadowDueOf,
  type ShadowMemory,
} from './queries/shadows.ts';
export { readShadowNumbers, type ShadowLeads, type ShadowNumbers, type ShadowScores, type ShadowTouches } from './queries/shadow-report.ts';

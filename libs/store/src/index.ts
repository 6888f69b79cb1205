export { type Db } from './database.ts';
export { type BrowserKey } from './entities/operations.ts';
export { openStore, type Store, type StoreLocation } from './open-store.ts';
export {
  type AccountChange,
  type AccountSearch,
  type AccountView,
  type CommitteeMember,
  type KnownLead,
  putAccount,
  readAccount,
  readCommittee,
  readKnownLeads,
  searchAccounts,
} from './queries/accounts.ts';
export { readFactsAt, type RecordedFacts, stageAt } from './queries/as-recorded.ts';
export { lockLeadRows, mergeAttributes } from './queries/attributes.ts';
export { type Backlog, COUNTED_UPTO, readBacklog, readOpenRuns } from './queries/backlog.ts';
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
  type DueTouchpoints,
  type GateRow,
  LEASE_SECONDS,
  leasesRanOut,
  type NewestConsent,
  newestConsents,
  type OutcomeRow,
  releaseClaims,
  saveOutcomes,
  saveVerdicts,
  sweepLeases,
  wakeCapped,
} from './queries/dispatch.ts';
export {
  dropDigestsOfOtherPlans,
  dropDigestsOfOtherPlansIn,
  forgetDigests,
  lastEvent,
  leadsWithoutDigest,
  prepareDigests,
  readDigests,
  readHistories,
  saveDigests,
  type StoredDigest,
} from './queries/digests.ts';
export { claimDueLeads, deleteWaiting, forgetNextAt, readWaiting, type Waiting } from './queries/due.ts';
export { type EventFacts, eventsOf, loadRange, loadSnapshots, type SnapshotRequest } from './queries/evaluation.ts';
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
  type WakingTypes,
} from './queries/intake.ts';
export { type Members, MERGED, membersOf, rootsOf } from './queries/members.ts';
export {
  addMerges,
  grantedWishes,
  type Merge,
  type MergeEffect,
  type MergeView,
  type MergeWish,
  readMergeEffect,
  readMerges,
  rebuildLeads,
  takeMergeTurn,
  undoMerge,
} from './queries/merges.ts';
export {
  addCampaign,
  addFirstKey,
  addKey,
  countAudience,
  dropAnswer,
  findKeys,
  initSetting,
  keepAnswer,
  type KeptAnswer,
  type KeyView,
  listKeys,
  readCampaigns,
  readSetting,
  readSettingAt,
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
  addQuarantined,
  deleteQuarantined,
  keepQuarantined,
  listQuarantined,
  lockQuarantined,
  type Quarantined,
  type QuarantinedEvent,
} from './queries/quarantine.ts';
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
export { databaseIdentity, doubtTouchpoints, firstNextAt, RESTORED, type RestoredRecord } from './queries/restores.ts';
export {
  claimRetention,
  deleteEvents,
  lockFreeLeads,
  readExpired,
  readGone,
  type Retained,
  RETENTION_PAGE,
  type RetentionState,
  saveGone,
  saveRetention,
} from './queries/retention.ts';
export { cancelRuns, claimPart, endFinishedRuns, finishPart, partLeads, type RunPart } from './queries/run-parts.ts';
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
  nameOf,
  type PlanReady,
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
  type ShadowMemory,
} from './queries/shadows.ts';
export { readShadowNumbers, type ShadowLeads, type ShadowNumbers, type ShadowScores, type ShadowTouches } from './queries/shadow-report.ts';
export { readTransitionEvents, type SavedTransition, type TransitionEvent } from './queries/transitions.ts';
export {
  addDeliveries,
  type AttemptRow,
  type ClaimedWebhook,
  claimWebhook,
  type DeliveryView,
  type DueDelivery,
  dueDeliveries,
  forgetDeliveries,
  listDeliveries,
  type NewDelivery,
  ownIdsOf,
  releaseWebhook,
  replayDeliveries,
  saveAttempt,
  type TouchpointNow,
  touchpointsNow,
  transitionsBetween,
} from './queries/webhook-deliveries.ts';
export {
  addWebhook,
  changeWebhook,
  deleteWebhook,
  type Listener,
  listeners,
  listWebhooks,
  type NewWebhook,
  readWebhook,
  replaceSecret,
  type WebhookChange,
  type WebhookFilter,
  type WebhookSecret,
  type WebhookView,
} from './queries/webhooks.ts';

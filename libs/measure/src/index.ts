export { assignArm, inHoldout } from './assignment.ts';
export { type MeanDifference, type Sample, differenceOfMeans, sampleOf } from './difference-of-means.ts';
export { type Conversions, type Interval, type RateDifference, differenceOfRates, wilson } from './difference-of-rates.ts';
export { type Lift, lift } from './lift.ts';
export { type ArmCount, type RatioCheck, sampleRatioCheck } from './sample-ratio-check.ts';

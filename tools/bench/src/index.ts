export { manyRules } from './workload/many-rules.ts';
export { type Figure, figuresInWords } from './figures.ts';

export { manyRules } from './many-rules.ts';
export { type Figure, figuresInWords } from './figures.ts';

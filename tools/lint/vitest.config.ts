export { default } from '../run/vitest.base.ts';

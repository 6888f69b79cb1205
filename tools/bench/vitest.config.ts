export { default } from '../../tools/run/vitest.base.ts';

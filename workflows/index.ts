/** What the workers' bundle exports: every workflow, by its registered name. */
export { cartWorkflow } from './cart-workflow.ts';
export { reconcileWorkflow } from './reconcile-workflow.ts';

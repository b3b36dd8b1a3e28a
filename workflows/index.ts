/** What the workers' bundle exports: every workflow, by its registered name. */
export { cartWorkflow } from './cart-workflow.ts';
export { checkoutWorkflow } from './checkout-workflow.ts';
export { lateMoneyWorkflow } from './late-money-workflow.ts';
export { clearUpWorkflow } from './clear-up-workflow.ts';
export { reconcileWorkflow } from './reconcile-workflow.ts';
export { bulkActionWorkflow } from './bulk-action-workflow.ts';
export { retentionWorkflow } from './retention-workflow.ts';

import { UserError } from '../user-error.ts';

/**
 * The run may not use the application, or not any more: from now on nothing of it is told, and nothing
 * that was read of it before and is not told yet.
 */
export class AccessDenied extends UserError {}

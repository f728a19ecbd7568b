import { UserError } from '../user-error.ts';

/**
 * The run may not use the application, or no longer: from now on, nothing about it is reported, not
 * even what was read before.
 */
export class AccessDenied extends UserError {}

import { ApiError } from './errors.ts';

export type GoType = 'string' | 'bool' | 'int64' | readonly [GoType] | GoStruct;
export interface GoStruct {
  readonly [field: string]: GoType;
}

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value !== null && typeof value === 'object') return 'object';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function goName(type: GoType): string {
  if (typeof type === 'string') return type;
  return Array.isArray(type)
    ? `[]${goName((type as readonly [GoType])[0])}`
    : 'map[string]interface {}';
}

function fits(value: unknown, type: GoType): boolean {
  if (type === 'string') return typeof value === 'string';
  if (type === 'bool') return typeof value === 'boolean';
  if (type === 'int64') return Number.isSafeInteger(value);
  return Array.isArray(type) ? Array.isArray(value) : jsonKind(value) === 'object';
}

function check(value: unknown, type: GoType, struct: string, path: string): void {
  if (value === null || value === undefined) return;
  if (!fits(value, type)) {
    const kind =
      typeof value === 'number' && type === 'int64' ? `number ${value}` : jsonKind(value);
    throw new ApiError(
      3,
      `json: cannot unmarshal ${kind} into Go struct field ${struct}.${path} of type ${goName(type)}`,
    );
  }
  if (Array.isArray(type)) {
    const [element] = type as readonly [GoType];
    for (const item of value as unknown[]) check(item, element, struct, path);
  } else if (typeof type === 'object') {
    for (const [name, field] of Object.entries(type as GoStruct)) {
      check(
        (value as Record<string, unknown>)[name],
        field,
        struct,
        path ? `${path}.${name}` : name,
      );
    }
  }
}

/**
 * Parses a request body like Go's `encoding/json`: integers must be numbers, and unknown fields are ignored.
 * Throws the errors of the recordings.
 */
export function decode(body: string, struct: string, type: GoStruct): Record<string, unknown> {
  if (body.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    const text = error instanceof Error ? error.message : '';
    const cut = /end of JSON input|Expected ',' or '}' after property value|Unterminated/.test(
      text,
    );
    throw new ApiError(3, cut ? 'unexpected EOF' : 'invalid character in request body');
  }
  if (jsonKind(value) !== 'object') {
    throw new ApiError(
      3,
      `json: cannot unmarshal ${jsonKind(value)} into Go value of type application.${struct}`,
    );
  }
  check(value, type, struct, '');
  return value as Record<string, unknown>;
}

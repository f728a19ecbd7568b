/** One `##vso[area.event key=value;]data`, as the agent reads it. */
export interface LoggingCommand {
  readonly area: string;
  readonly event: string;
  /** By lower-case name: the agent ignores the case of property names. */
  readonly properties: ReadonlyMap<string, string>;
  readonly data: string;
}

const prefix = '##vso[';

/**
 * Parses the first logging command of a line, wherever it starts; undefined if there is none that the agent
 * accepts. Follows azure-pipelines-agent's `Command.TryParse`, including its oddities: the first `]` ends the
 * properties, names are not trimmed, and a property without a value is treated as absent.
 */
export function parseLoggingCommand(line: string): LoggingCommand | undefined {
  const start = line.indexOf(prefix);
  const end = line.indexOf(']', start);
  if (start < 0 || end < 0) return undefined;
  const inside = line.slice(start + prefix.length, end);
  const space = inside.indexOf(' ');
  const name = space < 0 ? inside : inside.slice(0, space);
  const [area, event, ...more] = name.split('.').filter((part) => part !== '');
  if (area === undefined || event === undefined || more.length > 0) return undefined;
  return {
    area,
    event,
    properties: space > 0 ? parseProperties(inside.slice(space + 1)) : new Map<string, string>(),
    data: unescape(line.slice(end + 1)),
  };
}

function parseProperties(text: string): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  for (const pair of text.split(';')) {
    const match = /^=*([^=]+)=+(.+)$/s.exec(pair);
    if (match?.[1] !== undefined && match[2] !== undefined) {
      properties.set(match[1].toLowerCase(), unescape(match[2]));
    }
  }
  return properties;
}

/** Undoes the escapes of both parts of a command; `%` comes last, or `%AZP253B` would become `;`. */
function unescape(text: string): string {
  return text
    .replaceAll('%3B', ';')
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%5D', ']')
    .replaceAll('%AZP25', '%');
}

import * as z from 'zod/mini';
import { Secret } from '../../secret.ts';
import type { Setting } from '../../settings/setting.ts';
import { described, textSetting } from '../../settings/text-setting.ts';
import type { ActionKind } from './action-kind.ts';

/** Posts the event as JSON, signed by HMAC-SHA256. */
export interface PostWebhook {
  readonly kind: 'postWebHook';
  readonly url: string;
  readonly secret: Secret;
}

/** A webhook to post. The secret is that of the rule with this name. */
export interface RenderedWebhook {
  readonly kind: 'postWebHook';
  readonly url: string;
  readonly rule: string;
}

const schema = () =>
  z.pipe(
    described(
      z.strictObject({
        url: textSetting(parseWebhookUrl, {
          description: 'The URL to post to.',
          pattern: '^https://',
        }),
        secret: textSetting(parseSigningSecret, {
          description: 'The key that signs it (HMAC-SHA256); by reference.',
          examples: ['${file:/run/secrets/handler/webhook}'],
        }),
      }),
      'Posts the event as signed JSON.',
    ),
    z.transform((given): PostWebhook => ({ kind: 'postWebHook', ...given })),
  );

/** Signed webhooks. They have a secret, which an input must not contain. */
export const postWebhookKind: ActionKind<PostWebhook, RenderedWebhook> = {
  kind: 'postWebHook',
  permission: undefined,
  queues: false,
  // The receiver recognizes it by its id.
  once: 'at least once, with one id',
  // The URL may be secret, too.
  settings: { shown: [], secrets: ['secret'], pipelines: [] },
  schema,
  stored: () => z.object({ kind: z.literal('postWebHook'), url: z.string(), rule: z.string() }),
  render: ({ kind, url }, { rule }) => ({ kind, url, rule }),
  target: ({ url }) => url,
  // The path may be secret.
  print: ({ url }) => new URL(url).host,
  printTarget: ({ url }) => `webhook ${url}`,
  printDeed: ({ url }) => `post to ${new URL(url).host}`,
};

function parseWebhookUrl(text: string): Setting<string> {
  const advice = 'Use the form `https://host/path`.';
  if (text.length > 2_000 || !URL.canParse(text)) return { problem: 'it is not a URL', advice };
  const { protocol, username, password, hash, href } = new URL(text);
  if (protocol !== 'https:') return { problem: 'it does not use https', advice };
  if (username + password + hash === '') return { value: href };
  return { problem: 'it contains a user name, a password or a fragment', advice };
}

function parseSigningSecret(text: string): Setting<Secret> {
  const secret = text.trim();
  if (secret.length >= 16) return { value: new Secret(secret) };
  const problem = 'it has fewer than 16 characters and could be guessed';
  return { problem, advice: 'Create one with `handler new-key` and set it by reference.' };
}

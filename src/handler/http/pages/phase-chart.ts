import { html } from 'hono/html';
import { phasesOf, type Phase } from '../../../report/phases.ts';
import { printState } from '../../../report/step-line.ts';
import { spanOf, type Span } from '../../../report/time-bar.ts';
import { printKey } from '../../../sync/model/application.ts';
import type { OperationStep } from '../../../sync/model/outcome.ts';
import { printSpan } from '../../../text/duration-text.ts';
import { plainLine } from '../../../text/foreign-text.ts';
import { tag, type Markup, type Tone } from './layout.ts';

/** An application may have thousands of resources, but the page must still load. */
const mostSteps = 500;

const tones: Readonly<Record<OperationStep['state'], Tone>> = {
  Pending: 'idle',
  Running: 'busy',
  Succeeded: 'good',
  Failed: 'bad',
  Pruned: 'good',
  PruneSkipped: 'warn',
};

/** Phases, waves and resources, each with a bar that shows when it ran. Running steps end at `now`. */
export function phaseChart(steps: readonly OperationStep[], now: number | undefined): Markup {
  if (steps.length === 0) return html`<p class="dim">No steps yet.</p>`;
  const shown = steps.slice(0, mostSteps).map((step) => endAt(step, now));
  const whole = spanOf(shown);
  const left = steps.length - shown.length;
  return html`<div class="panel scroll">
      <table>
        <thead>
          <tr>
            <th>Phase, wave</th>
            <th>Resource</th>
            <th>State</th>
            <th>Time</th>
            <th>When</th>
            <th>Message</th>
          </tr>
        </thead>
        <tbody>
          ${phasesOf(shown).map((phase) => [
            phaseRow(phase, whole),
            ...phase.steps.map((step) => stepRow(step, whole)),
          ])}
        </tbody>
      </table>
    </div>
    ${left > 0 ? html`<p class="dim">${left} more steps are not shown.</p>` : ''}`;
}

function phaseRow({ title, steps, span }: Phase, whole: Span): Markup {
  const tone = worstOf(steps);
  return html`<tr class="phase">
    <td colspan="3">${title}</td>
    <td class="time">${printSpan(span.startedAt, span.finishedAt)}</td>
    <td class="bar">${bar(span, whole, tone)}</td>
    <td></td>
  </tr>`;
}

function stepRow(step: OperationStep, whole: Span): Markup {
  const tone = tones[step.state];
  const isTelling = !(step.hook && step.state === 'Succeeded');
  return html`<tr>
    <td>${step.wave === undefined ? '' : `wave ${step.wave}`}</td>
    <td class="name">
      ${plainLine(printKey(step), 200)}${step.hook ? html` ${tag('hook', 'idle')}` : ''}
    </td>
    <td>${tag(printState(step), tone)}</td>
    <td class="time">${printSpan(step.startedAt, step.finishedAt)}</td>
    <td class="bar">${bar(step, whole, tone)}</td>
    <td class="text small">${isTelling ? plainLine(step.message, 300) : ''}</td>
  </tr>`;
}

const width = 1_000;

/** SVG attributes, since the content security policy forbids inline styles. */
function bar(part: Span, whole: Span, tone: Tone): Markup {
  const { startedAt: start, finishedAt: end } = whole;
  if (part.startedAt === undefined || start === undefined || end === undefined) return html``;
  const scale = width / Math.max(1, end - start);
  const from = Math.min(width - 8, Math.max(0, (part.startedAt - start) * scale));
  const long = Math.max(8, ((part.finishedAt ?? end) - part.startedAt) * scale);
  return html`<svg
    class="bar"
    viewBox="0 0 ${width} 12"
    preserveAspectRatio="none"
    aria-hidden="true"
  >
    <rect class="track" x="0" y="0" width="${width}" height="12"></rect>
    <rect
      class="${tone}"
      x="${round(from)}"
      y="0"
      width="${round(Math.min(long, width - from))}"
      height="12"
    ></rect>
  </svg>`;
}

function round(value: number): string {
  return value.toFixed(1);
}

/** A running step is drawn until now. */
function endAt(step: OperationStep, now: number | undefined): OperationStep {
  const isOpen = step.startedAt !== undefined && step.finishedAt === undefined;
  return isOpen && now !== undefined ? { ...step, finishedAt: now } : step;
}

function worstOf(steps: readonly OperationStep[]): Tone {
  const order: readonly Tone[] = ['bad', 'busy', 'warn', 'good'];
  return order.find((tone) => steps.some(({ state }) => tones[state] === tone)) ?? 'idle';
}

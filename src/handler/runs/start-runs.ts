import { ActiveRun } from './execution/active-run.ts';
import { RunRegistry, type RunsSettings } from './intake/run-registry.ts';
import type { RunPorts } from './run-ports.ts';
import { RunScheduler, type Activate } from './scheduler/run-scheduler.ts';

/** Wires the rooms of the runs together, each with the ports that it uses. */
export function startRuns(ports: RunPorts, settings: RunsSettings): RunRegistry {
  return new RunRegistry(startScheduler(ports), ports, settings);
}

/** A scheduler that works runs with these ports; it has no runs yet. */
export function startScheduler(ports: RunPorts): RunScheduler {
  const activate: Activate = (run, isRestarted, context) =>
    new ActiveRun(run, isRestarted, ports, context);
  return new RunScheduler({ ...ports, activate });
}

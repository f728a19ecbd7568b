import * as z from 'zod/mini';

const windowSchema = z.lazy(() =>
  z.pipe(
    z.object({
      kind: z.nullish(z.string()),
      schedule: z.nullish(z.string()),
      duration: z.nullish(z.string()),
      manualSync: z.nullish(z.boolean()),
    }),
    z.transform(({ kind, schedule, duration, manualSync }) => ({
      kind: kind ?? '',
      schedule: schedule ?? '',
      duration: duration ?? '',
      manualSync: manualSync ?? false,
    })),
  ),
);

/** `/syncwindows`; if no window applies, it is only `{"canSync":true}`. */
export const windowsSchema = z.lazy(() =>
  z.pipe(
    z.object({
      activeWindows: z.nullish(z.array(windowSchema)),
      assignedWindows: z.nullish(z.array(windowSchema)),
      canSync: z.nullish(z.boolean()),
    }),
    z.transform(({ activeWindows, assignedWindows, canSync }) => ({
      activeWindows: activeWindows ?? [],
      assignedWindows: assignedWindows ?? [],
      canSync: canSync ?? false,
    })),
  ),
);

import type { Compared, IdleFigures, Result, Row } from "./result.ts";

/** A column of a result's table: its heading, and what stands in a row. */
export type Column = { readonly heading: string; readonly cell: (row: Row) => string };

const units: Readonly<Record<string, string>> = {
  echo: "message",
  broadcast: "delivery",
  storm: "connection",
};

/** The columns behind the name, for the terminal and the page alike. Figures that are missing are "". */
export function columnsOf({ kind }: Result): Column[] {
  if (kind === "idle") {
    const both = (heading: string, of: (figures: IdleFigures) => Compared): Column[] => [
      { heading, cell: ({ idle }) => whole(idle && of(idle).value) },
      { heading: "× exws", cell: ({ idle }) => ratio(idle && of(idle).ratio) },
    ];
    return [
      ...both("heap, B each", ({ heap }) => heap),
      ...both("resident, at first", ({ residentAtFirst }) => residentAtFirst),
      ...both("30 s later", ({ residentLater }) => residentLater),
    ];
  }
  return [
    { heading: `CPU µs/${units[kind]}`, cell: ({ figures }) => significant(figures?.cpuUs) },
    { heading: "× exws", cell: (row) => ratio(row.ratio) },
    { heading: "per second", cell: ({ figures }) => whole(figures?.perSecond) },
    { heading: "p50 µs", cell: ({ figures }) => whole(figures?.p50Us) },
    { heading: "p99 µs", cell: ({ figures }) => whole(figures?.p99Us) },
    { heading: "server's core", cell: ({ figures }) => percent(figures?.serverLoad) },
    { heading: "generator's", cell: ({ figures }) => percent(figures?.generatorLoad) },
    { heading: "RSS MB", cell: ({ figures }) => whole(figures?.rssBytes, 1e6) },
  ];
}

/** Three digits that mean something. */
export function significant(value: number | undefined): string {
  return value === undefined || value >= 100 ? whole(value) : value.toPrecision(3);
}

function whole(value: number | undefined, unit = 1): string {
  return value === undefined ? "" : Math.round(value / unit).toLocaleString("en");
}

function ratio(value: number | undefined): string {
  return value === undefined ? "" : value.toFixed(2);
}

function percent(value: number | undefined): string {
  return value === undefined ? "" : `${Math.round(value * 100)} %`;
}

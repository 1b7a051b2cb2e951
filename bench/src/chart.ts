import { BarChart } from "echarts/charts";
import { GridComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, GridComponent, TitleComponent, SVGRenderer]);

/** A bar: `own` bars are ours, `floor` bars are no WebSocket servers. */
export type Bar = {
  readonly label: string;
  readonly value: number;
  /** The value as people read it. */
  readonly text: string;
  readonly kind: "own" | "peer" | "floor";
};

/** Bars under a heading. */
export type Panel = { readonly title: string; readonly unit: string; readonly bars: readonly Bar[] };

/** Both legible on white and on black: a README is shown on either. */
const ink = "#7a828c";
const colours = { own: "#2f81f7", peer: "#9aa4b0", floor: "#c9b458" };
const rowHeight = 24;
const headHeight = 52;

/** Panels of horizontal bars, one below the other, as an SVG file's content; no scripts, nothing from elsewhere. */
export function chart(panels: readonly Panel[], width = 760): string {
  const heights = panels.map(({ bars }) => headHeight + bars.length * rowHeight);
  const tops = heights.map((_, index) => heights.slice(0, index).reduce((sum, height) => sum + height, 0));
  const height = heights.reduce((sum, each) => sum + each, 8);
  const picture = init(null, null, { renderer: "svg", ssr: true, width, height });
  picture.setOption({
    animation: false,
    textStyle: { fontFamily: "system-ui, sans-serif" },
    title: panels.map(({ title, unit }, index) => ({
      text: title,
      subtext: unit,
      top: (tops[index] ?? 0) + 4,
      left: 8,
      itemGap: 2,
      textStyle: { color: ink, fontSize: 14 },
      subtextStyle: { color: ink, fontSize: 11 },
    })),
    grid: panels.map(({ bars }, index) => ({
      top: (tops[index] ?? 0) + headHeight - 8,
      height: bars.length * rowHeight,
      left: 230,
      right: 70,
    })),
    xAxis: panels.map((_, gridIndex) => ({ gridIndex, type: "value", show: false })),
    yAxis: panels.map(({ bars }, gridIndex) => ({
      gridIndex,
      type: "category",
      inverse: true,
      data: bars.map(({ label }) => label),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: ink, fontSize: 12 },
    })),
    series: panels.map(({ bars }, index) => ({
      type: "bar",
      xAxisIndex: index,
      yAxisIndex: index,
      barWidth: 15,
      label: { show: true, position: "right", color: ink, fontSize: 12 },
      data: bars.map(({ value, text, kind }) => ({
        value,
        label: { formatter: text },
        itemStyle: { color: colours[kind], borderRadius: 2 },
      })),
    })),
  });
  const svg = picture.renderToSVGString();
  picture.dispose();
  return svg;
}

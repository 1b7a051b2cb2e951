/** A fenced code block of a Markdown file. */
export type Block = {
  language: "ts" | "js" | "sh";
  code: string;
  /** The line of the file that the code begins on. */
  line: number;
};

const languages: Readonly<Record<string, Block["language"]>> = {
  ts: "ts",
  typescript: "ts",
  js: "js",
  javascript: "js",
  sh: "sh",
  bash: "sh",
  shell: "sh",
};

/** The blocks that can be run; what is there only to be looked at (text, html, json) is left out. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { indent: number; fence: string; info: string; line: number; code: string[] } | undefined;
  for (const [index, text] of markdown.split("\n").entries()) {
    const mark = /^( *)(`{3,}|~{3,})\s*([^\s`]*)/.exec(text);
    if (open === undefined) {
      if (mark !== null) {
        const [, indent = "", fence = "", info = ""] = mark;
        open = { indent: indent.length, fence, info, line: index + 2, code: [] };
      }
    } else if (mark?.[2]?.startsWith(open.fence) && mark[3] === "") {
      const language = languages[open.info.toLowerCase()];
      if (language !== undefined) blocks.push({ language, code: open.code.join("\n"), line: open.line });
      open = undefined;
    } else {
      open.code.push(text.slice(Math.min(open.indent, text.length - text.trimStart().length)));
    }
  }
  if (open !== undefined) throw new SyntaxError(`The block at line ${open.line - 1} is never closed`);
  return blocks;
}

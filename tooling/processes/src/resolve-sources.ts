// `@exws/x` is the sources of packages/x, or of where else x is, in this process and, loaded with --import, in those it forks.
import { registerHooks } from "node:module";

const elsewhere: Readonly<Record<string, string>> = { autobahn: "autobahn", program: "apps/program" };

registerHooks({
  resolve(specifier, context, next) {
    const name = /^@exws\/([^/]+)$/.exec(specifier)?.[1];
    if (name === undefined) return next(specifier, context);
    const folder = elsewhere[name] ?? `packages/${name}`;
    const url = new URL(`../../../${folder}/src/index.ts`, import.meta.url).href;
    return { url, shortCircuit: true };
  },
});

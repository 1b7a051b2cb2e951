// `@exws/x` is the sources of packages/x (or of autobahn), in this process and, loaded with --import, in those it forks.
import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, next) {
    const name = /^@exws\/([^/]+)$/.exec(specifier)?.[1];
    if (name === undefined) return next(specifier, context);
    const folder = name === "autobahn" ? name : `packages/${name}`;
    const url = new URL(`../../${folder}/src/index.ts`, import.meta.url).href;
    return { url, shortCircuit: true };
  },
});

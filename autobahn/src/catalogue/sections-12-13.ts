import { type CorpusName, corpora } from "../corpus/corpus.ts";
import type { OfferName } from "../wire/deflate-offer.ts";
import type { CaseDraft } from "./case.ts";
import { closeAfter, closedByTester } from "./steps.ts";

const kib = 1024;

/** Octets of a message, octets of a fragment of what it is compressed to (0: one frame), seconds for all of it. */
const sizes: readonly { length: number; fragment: number; seconds: number }[] = [
  { length: 16, fragment: 0, seconds: 60 },
  { length: 64, fragment: 0, seconds: 60 },
  { length: 256, fragment: 0, seconds: 120 },
  { length: kib, fragment: 0, seconds: 240 },
  ...[4, 8, 16, 32, 64, 128].map((k) => ({ length: k * kib, fragment: 0, seconds: 480 })),
  ...[8, 16, 32, 64, 128].map((k) => ({ length: k * kib, fragment: 256, seconds: 480 })),
  ...[1024, 4096, 32_768].map((fragment) => ({ length: 128 * kib, fragment, seconds: 480 })),
];

function eighteen(subsection: string, corpus: CorpusName, offer: OfferName): CaseDraft[] {
  const { sentAs, title } = corpora[corpus];
  return sizes.map(({ length, fragment, seconds }, n): CaseDraft => {
    const unit = sentAs === "text" ? "characters" : "octets";
    const cut = fragment === 0 ? "" : `, cut every ${fragment} octets when compressed`;
    return {
      id: `${subsection}.${n + 1}`,
      summary: `1000 compressed ${sentAs} messages (${title}) of ${length} ${unit}${cut}, each sent when the one before has come back.`,
      expectation: `Every message comes back, all of them within ${seconds} s. A peer without permessage-deflate is UNIMPLEMENTED.`,
      section: "RFC 7692 §6, §7",
      steps: [
        {
          do: "corpus-loop",
          opcode: sentAs === "text" ? 1 : 2,
          corpus,
          length,
          fragment,
          count: 1000,
        },
        closeAfter(seconds),
      ],
      expect: { OK: [] },
      close: closedByTester,
      judgement: "corpus",
      offer,
    };
  });
}

const data: readonly CorpusName[] = ["json", "bitmap", "prose", "html", "pdf"];
const offers: readonly OfferName[] = [
  "plain",
  "no-context",
  "window-9",
  "window-15",
  "no-context-window-9",
  "no-context-window-15",
  "three",
];

/** permessage-deflate with different data. */
export const section12: readonly CaseDraft[] = data.flatMap((corpus, n) =>
  eighteen(`12.${n + 1}`, corpus, "plain"),
);

/** permessage-deflate with different parameters. */
export const section13: readonly CaseDraft[] = offers.flatMap((offer, n) =>
  eighteen(`13.${n + 1}`, "json", offer),
);

/**
 * Which folder may import what: the rings of ARCHITECTURE.md as a table, and the reader that holds every file to it.
 */
import { isBuiltin } from "node:module";

/** What the files of one top-level folder may import. */
export interface ImportRule {
  /** Top-level folders, whose values and types may be imported. */
  readonly folders: readonly string[];
  /** Top-level folders of which only types may be imported. */
  readonly typesOf?: readonly string[];
  /** Packages; a trailing `*` matches a whole scope. */
  readonly packages: readonly string[];
  /** Whether `node:` modules may be imported. */
  readonly node: boolean;
  /** Whether `bun` and `bun:` modules may be imported. */
  readonly bun: boolean;
}

const corePackages = [
  "@noble/hashes",
  "@peculiar/x509",
  "@peculiar/asn1-*",
  "@remix-run/multipart-parser",
  "aws4fetch",
  "fastest-levenshtein",
  "hast-util-from-parse5",
  "hast-util-sanitize",
  "hast-util-to-html",
  "ipaddr.js",
  "jose",
  "oauth4webapi",
  "parse5",
  "postal-mime",
  "reflect-metadata",
  "zod",
];
const webPackages = ["@noble/hashes", "hono", "zod"];
const drizzlePackages = ["drizzle-orm"];
const nodePackages = [
  ...corePackages,
  ...webPackages,
  ...drizzlePackages,
  "@hono/node-server",
  "commander",
  "nodemailer",
  "smtp-server",
];

/** One record for each folder that holds the product's code; `tests`, `bench` and `scripts` may import everything. */
export const importRules: Readonly<Record<string, ImportRule>> = {
  core: { folders: ["core"], packages: corePackages, node: false, bun: false },
  web: { folders: ["web", "core"], packages: webPackages, node: false, bun: false },
  drizzle: { folders: ["drizzle"], typesOf: ["core"], packages: drizzlePackages, node: false, bun: false },
  "runtime-node": {
    folders: ["runtime-node", "core", "web", "drizzle"],
    packages: nodePackages,
    node: true,
    bun: false,
  },
  "runtime-bun": {
    folders: ["runtime-bun", "runtime-node", "core", "web", "drizzle"],
    packages: nodePackages,
    node: true,
    bun: true,
  },
};

/** One import as it stands in a file. */
export interface FoundImport {
  readonly specifier: string;
  /** `import type …` or `export type … from`. */
  readonly isTypeOnly: boolean;
}

/**
 * Reads the imports of a formatted TypeScript file: static ones, re-exports, dynamic ones, and the files of
 * `new Worker(new URL("…", import.meta.url))`.
 */
export function readImports(source: string): FoundImport[] {
  const code = source.replace(/^\s*(?:\/\/|\/?\*).*$/gm, "");
  const statement = /^(?:import|export)\s+(type\s)?(?:[^;"'`()=]*?\sfrom\s+)?["']([^"']+)["']/gm;
  const expression = /(?:\bimport|\bimport\.meta\.resolve|\brequire)\(\s*["'`]([^"'`]+)["'`]/g;
  const file = /\bnew Worker\(\s*new URL\(\s*["'`]([^"'`]+)["'`]\s*,\s*import\.meta\.url/g;
  return [
    ...Array.from(code.matchAll(statement), ([, type, specifier]) => ({
      specifier: specifier as string,
      isTypeOnly: type !== undefined,
    })),
    ...[...code.matchAll(expression), ...code.matchAll(file)].map(([, specifier]) => ({
      specifier: specifier as string,
      isTypeOnly: false,
    })),
  ];
}

/**
 * Says what is wrong with the imports of one file, one sentence each.
 *
 * @param path Path from the root of the project, with `/`.
 */
export function findImportViolations(path: string, source: string): string[] {
  const rule = importRules[path.split("/")[0] as string];
  if (rule === undefined) return [];
  return readImports(source).flatMap((found) => {
    const objection = objectTo(path, rule, found);
    return objection === null ? [] : [`${path} imports ${JSON.stringify(found.specifier)}: ${objection}`];
  });
}

function objectTo(path: string, rule: ImportRule, { specifier, isTypeOnly }: FoundImport): string | null {
  if (specifier.startsWith(".")) return objectToFile(path, rule, specifier, isTypeOnly);
  if (specifier === "bun" || specifier.startsWith("bun:")) return rule.bun ? null : "only runtime-bun may use Bun";
  if (isBuiltin(specifier)) {
    if (!specifier.startsWith("node:")) return 'a built-in module is written with "node:"';
    return rule.node ? null : "this folder is pure: what it needs from the outside is passed in";
  }
  const isKnown = rule.packages.some((name) =>
    name.endsWith("*")
      ? specifier.startsWith(name.slice(0, -1))
      : specifier === name || specifier.startsWith(`${name}/`),
  );
  return isKnown ? null : "the package is not in this folder's list";
}

function objectToFile(path: string, rule: ImportRule, specifier: string, isTypeOnly: boolean): string | null {
  const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
  const folder = target.includes("/") ? (target.split("/")[0] as string) : "";
  if (!/\.[a-z]+$/.test(specifier)) return "an import carries the file's ending";
  // package.json is where the version stands.
  if (target === "package.json" || rule.folders.includes(folder)) return null;
  if (rule.typesOf?.includes(folder)) {
    return isTypeOnly ? null : `only types may come from ${folder} (import type …)`;
  }
  return `the arrows point inwards, and ${folder || "the root"} is not further in`;
}

// What the AsyncAPI Initiative's parser says of a document: JSON, a list of diagnostics (severity 0 error, 1 warning, 2 information).
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
if (!document && diagnostics.length === 0) throw new Error("no document");
console.log(JSON.stringify(diagnostics.map(({ severity, code, path, message }) => ({ severity, code, path, message }))));

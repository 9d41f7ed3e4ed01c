// Parses PowerShell scripts and names what is no PowerShell in them.
import { readFileSync } from 'node:fs';
import { Language, Parser } from 'web-tree-sitter';

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load('node_modules/tree-sitter-powershell/tree-sitter-powershell.wasm'));

function errors(source) {
  const found = [];
  const walk = (node) => {
    if (node.isError || node.isMissing) found.push(`${node.startPosition.row + 1}:${node.startPosition.column + 1}: ${node.text.slice(0, 80)}`);
    else if (node.hasError) for (let i = 0; i < node.childCount; i++) walk(node.child(i));
  };
  walk(parser.parse(source).rootNode);
  return found;
}

if (errors("$a = 'it's'\n").length === 0) throw new Error('the parser takes what is no PowerShell');
const files = process.argv.slice(2);
if (files.length === 0) throw new Error('no scripts to parse');
let failed = false;
for (const file of files) {
  for (const error of errors(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''))) {
    failed = true;
    console.log(`${file}:${error}`);
  }
}
console.log(`${files.length} scripts parsed`);
process.exit(failed ? 1 : 0);

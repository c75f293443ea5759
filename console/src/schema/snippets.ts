// A call as a program would make it, with the values a person has filled in. Pure.
import type { Input } from '../api/types';

export interface Setting {
  base: string;
  model: string;
  input: Input;
}

export const tools = ['curl', 'python', 'javascript'] as const;
export type Tool = (typeof tools)[number];
export type Step = 'submit' | 'status' | 'result' | 'cancel';

const shell = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** JSON as Python writes it. */
export function pythonOf(value: unknown, indent = ''): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value !== 'object') return JSON.stringify(value);
  const deeper = `${indent}    `;
  if (Array.isArray(value)) {
    return value.length === 0
      ? '[]'
      : `[\n${value.map((item) => `${deeper}${pythonOf(item, deeper)},\n`).join('')}${indent}]`;
  }
  const rows = Object.entries(value).map(
    ([name, item]) => `${deeper}${JSON.stringify(name)}: ${pythonOf(item, deeper)},\n`,
  );
  return rows.length === 0 ? '{}' : `{\n${rows.join('')}${indent}}`;
}

function pathOf(step: Step, { base, model }: Setting): string {
  if (step === 'submit') return `${base}/v1/models/${model}`;
  return `${base}/v1/requests/${'{request_id}'}/${step}`;
}

/** One of the four calls as curl. */
export function curlOf(step: Step, setting: Setting): string {
  const method = step === 'submit' || step === 'cancel' ? 'POST' : 'GET';
  const lines = [`curl --request ${method}`, `  --url ${pathOf(step, setting)}`];
  if (step === 'submit') lines.push('  --header "Content-Type: application/json"');
  lines.push('  --header "Authorization: Bearer $PLANTAIN_KEY"');
  if (step === 'submit') lines.push(`  --data ${shell(JSON.stringify(setting.input, null, 2))}`);
  return lines.join(' \\\n');
}

const kPython = (step: Step, setting: Setting): string => {
  const head = `import os\nimport requests\n\nheaders = {"Authorization": f"Bearer {os.environ['PLANTAIN_KEY']}"}\n`;
  if (step === 'submit') {
    return `${head}answer = requests.post(\n    "${pathOf(step, setting)}",\n    headers=headers,\n    json=${pythonOf(setting.input, '    ')},\n    timeout=60,\n)\nanswer.raise_for_status()\nrequest_id = answer.json()["request_id"]\nprint(request_id)`;
  }
  const verb = step === 'cancel' ? 'post' : 'get';
  return `${head}request_id = "…"  # as the submit answered\nanswer = requests.${verb}(f"${pathOf(step, setting)}", headers=headers, timeout=60)\nanswer.raise_for_status()\nprint(answer.json())`;
};

const kJavascript = (step: Step, setting: Setting): string => {
  const key = 'Authorization: `Bearer ${process.env.PLANTAIN_KEY}`';
  if (step === 'submit') {
    const input = JSON.stringify(setting.input, null, 2).replaceAll('\n', '\n  ');
    return `const answer = await fetch("${pathOf(step, setting)}", {\n  method: "POST",\n  headers: { "Content-Type": "application/json", ${key} },\n  body: JSON.stringify(${input}),\n});\nif (!answer.ok) throw new Error(await answer.text());\nconst { request_id } = await answer.json();\nconsole.log(request_id);`;
  }
  const method = step === 'cancel' ? 'method: "POST", ' : '';
  const url = pathOf(step, setting).replace('{request_id}', '${request_id}');
  return `const request_id = "…"; // as the submit answered\nconst answer = await fetch(\`${url}\`, { ${method}headers: { ${key} } });\nif (!answer.ok) throw new Error(await answer.text());\nconsole.log(await answer.json());`;
};

export function snippet(tool: Tool, step: Step, setting: Setting): string {
  if (tool === 'python') return kPython(step, setting);
  if (tool === 'javascript') return kJavascript(step, setting);
  return curlOf(step, setting);
}

/** From the submit to the saved pictures, in one program. */
export function quickStart(tool: Tool, setting: Setting): string {
  const input = setting.input;
  if (tool === 'python') {
    return `import os\nimport requests\n\nbase = "${setting.base}"\nheaders = {"Authorization": f"Bearer {os.environ['PLANTAIN_KEY']}"}\n\nanswer = requests.post(\n    f"{base}/v1/models/${setting.model}",\n    headers=headers | {"Prefer": "wait=300"},\n    json=${pythonOf(input, '    ')},\n    timeout=310,\n)\nanswer.raise_for_status()\nfor url in answer.json()["output"]["images"]:\n    print(url)`;
  }
  if (tool === 'javascript') {
    const body = JSON.stringify(input, null, 2).replaceAll('\n', '\n  ');
    return `const base = "${setting.base}";\nconst answer = await fetch(\`\${base}/v1/models/${setting.model}\`, {\n  method: "POST",\n  headers: {\n    "Content-Type": "application/json",\n    Authorization: \`Bearer \${process.env.PLANTAIN_KEY}\`,\n    Prefer: "wait=300",\n  },\n  body: JSON.stringify(${body}),\n});\nif (!answer.ok) throw new Error(await answer.text());\nconst { output } = await answer.json();\nconsole.log(output.images);`;
  }
  return curlOf('submit', setting);
}

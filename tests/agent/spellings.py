"""How models write what only machines should read: thoughts, calls, tokens, citation marks."""

from hypothesis import strategies as st

NAMES = ["catalog", "financing", "handoff", "knowledge"]
_TAGS = ["think", "THINK", "thinking", "thought", "reasoning", "reflection", "scratchpad"]
_TAGS += ["antml:thinking", "seed:think", "inner_monologue", "razonamiento", "pensamiento"]
_QUERY = '{"query": "garantía"}'

THOUGHTS = [
    *(f"<{tag}>\n{{}}\n</{tag}>\n\n" for tag in _TAGS),
    '<think effort="high">{}</think>',
    "< think >{}</ think >",
    "<think>{}<think>x</think>{}</think>",
    "<think>\n{}\n</think>\n<think>{}</think>",
    "```\n<think>{}</think>\n```\n",
    "```thinking\n{}\n```\n",
    "[THINK]{}[/THINK]",
    "◁think▷{}◁/think▷",
    "＜think＞{}＜/think＞",
    "&lt;think&gt;{}&lt;/think&gt;",
    "<|begin_of_thought|>{}<|end_of_thought|>",
    "<|START_THINKING|>{}<|END_THINKING|>",
    "<think\u200b>{}</think>",
    "<|channel|>analysis<|message|>{}<|end|><|start|>assistant<|channel|>final<|message|>",
    "<|start|>assistant<|channel|>analysis<|message|>{}<|end|><|channel|>final<|message|>",
    "<|channel|>commentary<|message|>{}<|end|><|channel|>final<|message|>",
    "<|channel>thought\n{}<channel|>",
    "analysisWe need it. {}assistantfinal",
    "<details><summary>Thought for 3 seconds</summary>{}</details>\n",
    '<details type="reasoning">{}</details>\n',
    "Thinking...\n{}\n...done thinking.\n\n",
    "Here is my thought process: {} Here is my response: ",
    "<!-- {} -->",
    "<reasoning>{}</reasoning>\n<answer>",
    "<chain-of-thought>{}</chain-of-thought>",
    "<thinking_process>{}</thinking_process>",
    "<|reasoning_start|>{}<|reasoning_end|>",
    "{think}{}{/think}",
    "【think】{}【/think】",
    "<think>{}<\\/think>",
    "&#60;think&#62;{}&#60;/think&#62;",
    "<unused94>thought\n{}<unused95>",
    "[BEGIN THINKING]{}[END THINKING]",
]
# Without any tag that is known: a heading, a tag that the model made up.
PROSE = [
    "Reasoning: {}\n\nAnswer: ",
    "**Reasoning:** {}\n\n**Answer:** ",
    "## Thinking\n{}\n\n## Answer\n",
    "Thought: {}\nAction: None\nFinal Answer: ",
    "Thought: Do I need a tool? No. {}\nAI: ",
    "### Pensamiento\n{}\n\n### Respuesta final\n",
    "Razonamiento interno: {}\n\nRespuesta: ",
    "Raciocínio: {}\n\nResposta: ",
    "**Thinking Process:**\n\n1. {}\n2. Es breve.\n\n**Final Answer:**\n",
    "Analysis: {}\n\nResponse: ",
    "***Thinking***\n{}\n***Answer***\n",
    "Step 1: {}\nStep 2: I am brief.\nFinal answer: ",
    "<plan>{}</plan>",
    "<draft>{}</draft>\n<final>",
    "<ThoughtProcess>{}</ThoughtProcess>",
    "<seed:cot_budget_reflect>{}</seed:cot_budget_reflect>",
    "<step1>{}</step1>\n<step2>Soy breve.</step2>\n",
    "<self_check>{}</self_check>\n",
    "<|im_start|>think\n{}<|im_end|>\n<|im_start|>answer\n",
]

CONTROL = [
    "<|im_end|>",
    "<|im_start|>assistant\n",
    "<|start_header_id|>assistant<|end_header_id|>\n\n",
    "<|eot_id|>",
    "<|endoftext|>",
    "<｜end▁of▁sentence｜>",
    "<｜Assistant｜>",
    "<s>",
    "</s>",
    "[INST]  [/INST]",
    "[/INST]",
    "<start_of_turn>model\n",
    "<end_of_turn>",
    "<bos>",
    "<pad>",
    "<unk>",
    "<|return|>",
    "<0x0A>",
]

MARKS = [
    " 【1†source】",
    "【4:0†garantia.pdf】",
    "【12†L3-L8】",
    " [^1]",
    "[^1^]",
    "[^nota]",
    " ﹝1﹞",
    "〔2〕",
    " [citation:3]",
    "[cite: 1, 2]",
    "[doc1]",
    "[source 2]",
    " [[1]](https://example.com)",
    "\ue200cite\ue202turn0search1\ue201",
    " citeturn0search3",
    ":contentReference[oaicite:0]{index=0}",
    " [cite_start]",
    "[1†source]",
    " <sup>[1]</sup>",
    " [passage 1]",
    " [Documento 1]",
    " [n=1]",
    " [Source: garantia.pdf]",
    "【garantia.pdf】",
    "[^garantia.pdf]",
    " <ref>1</ref>",
    ' <passage n="1"/>',
]

CALLS = [
    f'{{"name": "knowledge", "parameters": {_QUERY}}}',
    f'{{"name": "knowledge", "arguments": {_QUERY}}}',
    f'{{"tool": "knowledge", "args": {_QUERY}}}',
    '{"name": "knowledge", "arguments": "{\\"query\\": \\"garantía\\"}"}',
    f'[{{"name": "knowledge", "arguments": {_QUERY}}}]',
    f'```json\n{{"name": "knowledge", "arguments": {_QUERY}}}\n```',
    f'Ahora lo busco.\n{{"name": "knowledge", "arguments": {_QUERY}}}',
    f'{{"type": "function", "function": {{"name": "knowledge", "parameters": {_QUERY}}}}}',
    f'{{"tool_calls": [{{"function": {{"name": "knowledge", "arguments": {_QUERY}}}}}]}}',
    '{"tool": "knowledge", "query": "garantía"}',
    f'<tool_call>\n{{"name": "knowledge", "arguments": {_QUERY}}}\n</tool_call>',
    f"<function=knowledge>{_QUERY}</function>",
    "<function=knowledge>\n<parameter=query>\ngarantía\n</parameter>\n</function>",
    '<invoke name="knowledge"><parameter name="query">garantía</parameter></invoke>',
    '<function_calls><invoke name="knowledge"><parameter name="query">garantía</parameter>'
    "</invoke></function_calls>",
    "<tool_call>knowledge\n<arg_key>query</arg_key>\n<arg_value>garantía</arg_value>\n</tool_call>",
    f"<tool_use><name>knowledge</name><arguments>{_QUERY}</arguments></tool_use>",
    "<knowledge><query>garantía</query></knowledge>",
    f'[TOOL_CALLS][{{"name": "knowledge", "arguments": {_QUERY}}}]',
    f"[TOOL_CALLS]knowledge[ARGS]{_QUERY}",
    f'<|python_tag|>{{"name": "knowledge", "parameters": {_QUERY}}}',
    '<|python_tag|>knowledge.call(query="garantía")',
    f'<|tool_call|>[{{"name": "knowledge", "arguments": {_QUERY}}}]',
    f'functools[{{"name": "knowledge", "arguments": {_QUERY}}}]',
    f'<TOOLCALL>[{{"name": "knowledge", "arguments": {_QUERY}}}]</TOOLCALL>',
    'knowledge(query="garantía")',
    'knowledge("garantía")',
    '[knowledge(query="garantía")]',
    '```tool_code\nprint(default_api.knowledge(query="garantía"))\n```',
    "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>knowledge\n"
    f"```json\n{_QUERY}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    f"<｜tool▁call▁begin｜>knowledge<｜tool▁sep｜>{_QUERY}<｜tool▁call▁end｜>",
    "<|tool_calls_section_begin|><|tool_call_begin|>functions.knowledge:0"
    f"<|tool_call_argument_begin|>{_QUERY}<|tool_call_end|><|tool_calls_section_end|>",
    '<｜DSML｜invoke name="knowledge"><｜DSML｜parameter name="query" string="true">garantía'
    "</｜DSML｜parameter></｜DSML｜invoke>",
    f"<|channel|>commentary to=functions.knowledge <|constrain|>json<|message|>{_QUERY}<|call|>",
    f"Action: knowledge\nAction Input: {_QUERY}",
    f"to=knowledge {_QUERY}",
    f'<think>Busco.</think><tool_call>{{"name": "knowledge", "arguments": {_QUERY}}}</tool_call>',
]


def thoughts(secret: str) -> st.SearchStrategy[str]:
    """Texts in which *secret* stands within tags that open and close in any spelling and order."""
    tag = st.sampled_from(["think", "Thinking", "REASONING", "reflection"])
    filler = st.sampled_from(["", "\n", " hola ", "```\n", "<b>", "<answer>"])
    noise = st.lists(st.one_of(filler, tag.map("<{}>".format)), max_size=4).map("".join)
    opened = st.builds("{0}<{1}>{2}{3}{2}".format, noise, tag, filler, st.just(secret))
    closed = st.builds("{0}</{1}>{2}".format, opened, tag, filler)
    unopened = st.builds("{0}{1}{0}</{2}>{0}".format, filler, st.just(secret), tag)
    return st.lists(st.one_of(opened, closed, unopened), min_size=1, max_size=4).map("".join)

"""Debian's python3-jupyter-kernel-test against our kernel: JUPYTER_PATH=lib/notebook/jupyter /usr/bin/python3 test/notebook/kernel_test.py

Every sample of the suite is given but the pager's: this kernel has none.
"""

import unittest

import jupyter_kernel_test


class CorrigendaKernel(jupyter_kernel_test.KernelTests):
    kernel_name = "corrigenda"
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = 'console.log("hello, world");'
    code_stderr = 'console.error("to stderr");'

    completion_samples = [
        {"text": "consol", "matches": {"console"}},
        {"text": '"text".toUpperC', "matches": {"toUpperCase"}},
        {"text": "Math.sqr", "matches": {"sqrt"}},
        {"text": "const 𝕏 = [1]; 𝕏.findLastI", "matches": {"findLastIndex"}},
    ]

    complete_code_samples = ["1 + 1", "const a: number = 1;", "async function f() {}\nawait f()", "// nothing"]
    incomplete_code_samples = ["const a = {", "function f() {\n", "`text", "f(1,", "/* a comment", "1 +"]
    invalid_code_samples = ["let = = 3;;)", "const a: = 3", ")", "'a\nb'"]

    code_generate_error = 'throw new RangeError("out of bounds")'

    code_execute_result = [
        {"code": "1 + 2", "result": "3"},
        {"code": '"a" + "b"', "result": "'ab'"},
        {"code": "[1, 2].map((n) => n * 2)", "result": "[ 2, 4 ]"},
        {"code": "await Promise.resolve(new Map([[1, null]]))", "result": "Map(1) { 1 => null }"},
        {"code": 'enum Level { B2 = "B2" }\nLevel.B2', "result": "'B2'"},
        {"code": "const kept: number = 5;\nkept", "result": "5"},
        {"code": 'const kept: string = "declared again";\nkept.length', "result": "14"},
        {"code": '[{ level: "<B2>" }]', "mime": "text/html"},
    ]

    code_display_data = [
        {"code": 'import * as tslab from "tslab";\ntslab.display.html("<b>bold</b>");', "mime": "text/html"},
        {"code": "tslab.display.png(new Uint8Array([137, 80, 78, 71]));", "mime": "image/png"},
        {"code": 'tslab.newDisplay().markdown("*text*");', "mime": "text/markdown"},
    ]

    code_history_pattern = "1 ? 2"
    supported_history_operations = ("tail", "range", "search")

    code_inspect_sample = "parseInt"
    code_clear_output = "console.clear();"


if __name__ == "__main__":
    unittest.main()

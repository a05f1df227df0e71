"""The 40-line reader unpacks every code of tests/vectors/verdicts.json to the very string that was signed."""
import json
import pathlib
import unittest
import zlib

import el1_reader

TESTS = pathlib.Path(__file__).parents[1]


class El1Reader(unittest.TestCase):
    def test_reads_every_vector(self):
        vectors = json.loads((TESTS / "vectors/verdicts.json").read_text(encoding="utf-8"))
        cases = vectors["cases"] if isinstance(vectors, dict) else vectors
        codes = [case for case in cases if case.get("compact") and case["input"].startswith("EL1:")]
        self.assertGreater(len(codes), 50, "the vectors hold fewer packed codes than expected")
        for case in codes:
            with self.subTest(case["name"]):
                self.assertEqual(el1_reader.unpack(case["input"]), case["compact"])

    def test_is_forty_lines(self):
        source = (TESTS / "python/el1_reader.py").read_text(encoding="utf-8")
        self.assertLessEqual(len(source.splitlines()), 40)

    def test_refuses_what_is_no_code(self):
        for text in ["", "EL1:", "EL1:BB8", "EC1:BB8", "https://example.org/", "EL1:ü", "EL1:" + "0" * 900]:
            with self.subTest(text), self.assertRaises((ValueError, KeyError, IndexError, OverflowError, zlib.error)):
                el1_reader.unpack(text)


if __name__ == "__main__":
    unittest.main()

"""Made-up reviews for load: words from lists, a fixed seed, three languages. Their meaning is of no interest."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

_SEED = 20261122
_MEDIAN_WORDS = 15

# For each language: openings, middles and ends of clauses, and what joins them.
_PARTS = {
    "en": (
        ("the delivery", "my card", "your app", "the support team", "this grinder", "the checkout page", "my order",
         "the new price", "the website", "a friend", "the box", "the manual", "the machine", "their newsletter"),
        ("arrived two weeks late", "was declined three times", "keeps crashing on my phone", "never answered me",
         "works perfectly every morning", "was easy to set up", "is far too expensive now", "was lovely and patient",
         "came damaged and dirty", "did not match the picture", "is hard to find", "made my day", "broke after a week"),
        ("so I asked for a refund", "and nobody apologised", "I would buy it again", "which is a pity",
         "after I paid for express", "as I told them on the phone", "best purchase this year", "never again"),
        (". ", ", but ", ", and ", "! ", "... ", ". Also ", "; "),
    ),
    "he": (
        ("המשלוח", "הכרטיס שלי", "האפליקציה שלכם", "שירות הלקוחות", "המטחנה הזאת", "עמוד התשלום", "ההזמנה שלי",
         "המחיר החדש", "האתר", "חברה שלי", "הקופסה", "המדריך", "המכונה", "הנציגה בטלפון"),
        ("הגיע באיחור של שבועיים", "נדחה שלוש פעמים", "קורסת לי כל הזמן", "לא ענה לי אף פעם",
         "עובדת מצוין כל בוקר", "היה קל להתקנה", "יקר מדי לדעתי", "הייתה סבלנית ונחמדה",
         "הגיעה שבורה ומלוכלכת", "לא נראה כמו בתמונה", "קשה למצוא", "עשה לי את היום", "התקלקל אחרי שבוע"),
        ("אז ביקשתי החזר", "ואף אחד לא התנצל", "הייתי קונה שוב", "וחבל מאוד",
         "אחרי ששילמתי על משלוח מהיר", "כמו שאמרתי להם בטלפון", "הקנייה הכי טובה השנה", "לא אקנה שוב"),
        (". ", ", אבל ", ", וגם ", "! ", "... ", ". ", "; "),
    ),
    "fa": (
        ("بسته", "کارت من", "اپلیکیشن شما", "تیم پشتیبانی", "این آسیاب", "صفحه پرداخت", "سفارش من",
         "قیمت جدید", "سایت", "دوستم", "جعبه", "دفترچه راهنما", "دستگاه", "خبرنامه"),
        ("دو هفته دیر رسید", "سه بار رد شد", "مدام از کار می‌افتد", "هیچ وقت جواب نداد",
         "هر روز صبح عالی کار می‌کند", "راحت نصب شد", "خیلی گران شده", "مهربان و صبور بود",
         "شکسته و کثیف رسید", "شبیه عکس نبود", "سخت پیدا می‌شود", "روزم را ساخت", "بعد از یک هفته خراب شد"),
        ("پس پولم را پس خواستم", "و کسی عذرخواهی نکرد", "باز هم می‌خرم", "که حیف است",
         "با اینکه پول ارسال سریع دادم", "همان طور که تلفنی گفتم", "بهترین خرید امسال", "دیگر نمی‌خرم"),
        (". ", "، اما ", "، و ", "! ", "... ", ". ", "؛ "),
    ),
}  # fmt: skip
_PERSONAL = ("call me at 054-{:07d}", "mail me: user{}@example.com", "order 4580{:012d}", "@user{}")


def reviews(count: int, seed: int = _SEED) -> Iterator[dict[str, object]]:
    """Reviews as a shop exports them: half of them English, a quarter each Hebrew and Persian, one in twenty with
    personal data; half of them shorter than 15 words."""
    lots = random.Random(seed)
    for number in range(count):
        language = lots.choice(("en", "en", "he", "fa"))
        yield {
            "id": f"r{number}",
            "date": f"2026-{lots.randint(1, 10):02}-{lots.randint(1, 28):02}T{lots.randint(0, 23):02}:15:00Z",
            "rating": lots.randint(1, 5),
            "author": f"customer {lots.randint(0, count // 2)}",
            "text": _text(lots, language, number),
        }


def _text(lots: random.Random, language: str, number: int) -> str:
    starts, middles, ends, joints = _PARTS[language]
    wanted = round(_MEDIAN_WORDS * lots.lognormvariate(0, 0.6))
    text = ""
    while not text or len(text.split()) < wanted - 5:
        text += (lots.choice(joints) if text else "") + f"{lots.choice(starts)} {lots.choice(middles)}"
        text += f" {lots.choice(ends)}" if lots.random() < 0.4 else ""
    # A number of its own keeps texts apart, as people's typing does.
    return f"{text} {lots.choice(_PERSONAL).format(number)}" if lots.random() < 0.05 else f"{text} {number % 977}."


def write(path: Path, count: int) -> None:
    """The reviews as JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        for review in reviews(count):
            file.write(json.dumps(review, ensure_ascii=False) + "\n")

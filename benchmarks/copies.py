"""How many pasted texts are found to be copies, how many people's own words are taken for one, and how quickly.

    python -m benchmarks.copies

Texts of the demo, cut to so many words and edited as people edit what they paste; pairs written for this page; the
demo's own remarks and those that the labels are learnt from, of which no two are copies. A bar that is missed gives
exit status 1.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from assistant.demo import CORPUS, SOURCES
from benchmarks.reading import seconds
from connectors.base import Window
from connectors.plugins import load
from connectors.record import Feedback
from mining import copies
from mining.training.rows import authored

COUNT, NEW = 100_000, 1_000
ALL, BESIDE, GROUPING = 10.0, 1.0, 1.0  # s: everything for all; new ones beside all; grouping in the worst case
TRIES = 500
# Share found by edit, and the words from which on it is asked for.
RECALL = {
    "capitals and marks": (1.0, 8),
    "greeting added": (0.95, 15),
    "hashtag added": (0.95, 15),
    "one word changed": (0.8, 15),
    "number changed": (0.8, 15),
    "sentence added": (0.85, 30),
}

GREETINGS = ("Hi all,", "Dear friends,", "hello everyone!", "שלום לכולם,", "היי חברים!", "سلام به همه،", "دوستان عزیز،")
HASHTAGS = ("#sale", "#coffeelovers", "#blackfriday", "#קפה", "#מבצע", "#قهوه", "#تخفیف")
# Two people with the same to say: no copies.
TWO_PEOPLE = (
    ("The delivery was two days late.", "The delivery was three days late."),
    ("My order arrived two weeks late and nobody answered my emails.",
     "My order came three weeks late and nobody answered the phone."),
    ("My order arrived two weeks late and nobody answered my emails.",
     "My order arrived three weeks late and nobody answered the phone."),
    ("The app keeps crashing when I try to pay with my card.",
     "The app keeps crashing every time I try to pay with PayPal."),
    ("The app keeps crashing when I try to pay.", "App keeps crashing when I want to pay"),
    ("Customer service was very helpful and friendly, thank you!",
     "Customer service is very friendly and helpful, thanks."),
    ("Great machine, easy to clean and makes good coffee.", "Great machine, easy to use and makes very good coffee."),
    ("I love this app, it is very easy to use", "Love this app, very easy to use and fast"),
    ("I have been waiting for my refund for three weeks now",
     "I've been waiting for my refund for over two months now"),
    ("I have been waiting for my refund for three weeks now.", "I have been waiting for my refund for two weeks now."),
    ("Terrible customer service, I will never buy from this company again.",
     "Worst customer service ever. I will never buy from this company again!"),
    ("I would not recommend this product to anyone. It broke after two weeks.",
     "I would not recommend this to anyone. Mine broke after a month of use."),
    ("The price is too high for what you get, but the coffee tastes good.",
     "Price too high for what it is, although the coffee tastes great."),
    ("Since the last update the app does not open any more on my phone, please fix it.",
     "Since the last update I can't open the app on my phone any more. Please fix this."),
    ("Since the last update the app does not open on my phone. Please fix it.",
     "Since the latest update the app does not open on my tablet. Please fix."),
    ("Very good product, fast delivery, I would buy it again.", "Very good quality, fast delivery. Would buy again."),
    ("Fast delivery and the product is exactly as described.",
     "Fast delivery, product exactly as described, very happy."),
    ("I was charged twice for the same order and still have not received my money back",
     "They charged me twice for one order and I still have not received the money back"),
    ("The machine stopped working after three months and the warranty does not cover it.",
     "The grinder stopped working after two months and the warranty doesn't cover it!"),
    ("The machine stopped working after three months and nobody from support answers.",
     "The machine stopped working after six months and nobody at support cares."),
    ("משלוח מהיר ומוצר מצוין, ממליץ בחום", "משלוח מהיר, מוצר מעולה. ממליצה בחום!"),
    ("המשלוח איחר בשבועיים ואף אחד לא עונה בטלפון", "המשלוח איחר בשבוע ואף אחד לא ענה לי בטלפון"),
    ("האפליקציה קורסת כל פעם שאני מנסה לשלם בכרטיס אשראי", "האפליקציה קורסת לי כל פעם כשאני מנסה לשלם בביט"),
    ("שירות לקוחות מעולה, אדיבים וסבלניים, תודה רבה", "שירות לקוחות מצוין, סבלניים ואדיבים. תודה רבה לכם"),
    ("כבר שלושה שבועות אני מחכה להחזר הכספי ואף אחד לא חוזר אליי",
     "אני מחכה להחזר כספי כבר חודש שלם ואף אחד לא חוזר אליי"),
    ("המכונה הפסיקה לעבוד אחרי חודשיים והאחריות לא מכסה את זה",
     "המטחנה הפסיקה לעבוד אחרי שלושה חודשים והאחריות לא מכסה"),
    ("מאז העדכון האחרון האפליקציה לא נפתחת, בבקשה תתקנו", "מאז העדכון האחרון האפליקציה לא נפתחת לי בכלל. תתקנו בבקשה"),
    ("مرسوله دو هفته دیر رسید و کسی جواب تلفن نمی‌دهد", "سفارشم سه هفته دیر رسید و هیچ کس جواب تلفن را نمی‌دهد"),
    ("بسته دو هفته دیر رسید و کسی جواب نداد", "بسته سه هفته دیر رسید و کسی جواب تلفن نداد"),
    ("برنامه هر بار که می‌خواهم پرداخت کنم بسته می‌شود",
     "برنامه موقع پرداخت هر بار بسته می‌شود و باید از اول شروع کنم"),
    ("پشتیبانی خیلی خوب و مهربان بود، ممنون", "پشتیبانی عالی و مهربان بود. خیلی ممنون"),
    ("بعد از آپدیت آخر برنامه باز نمی‌شود لطفا درستش کنید",
     "بعد از آپدیت جدید برنامه دیگر باز نمی‌شود، لطفا درست کنید"),
    ("کیفیت خوبی دارد ولی قیمتش خیلی بالاست", "کیفیتش خوبه ولی قیمت خیلی بالاست"),
    ("دستگاه بعد از سه ماه خراب شد و گارانتی قبول نمی‌کند", "دستگاه بعد از دو ماه خراب شد و گارانتی هم قبول نکرد"),
)  # fmt: skip
# What was pasted, and pasted again with an edit.
PASTED = (
    ("Hi all! MEGA SALE at BeanBarn tonight only, 50% off all machines, use code BARN50 at checkout!",
     "Dear friends, mega sale at BeanBarn tonight only: 50% off all machines. Use code BARN50 at checkout"),
    ("Get 10,000 real followers in one day, no password needed, message us on Telegram @growfast",
     "Get 25,000 real followers in one day, no password needed, message us on Telegram @growfast #growth"),
    ("Earn 500 dollars a day working from home, ask me how, send me a private message now",
     "Earn 900 dollars a day working from home! Ask me how, send me a private message now #money"),
    ("Lumeno is a scam, do not buy, sign our petition at stoplumeno.example and share it with everybody",
     "LUMENO IS A SCAM!! Do not buy. Sign our petition at stoplumeno.example and share it with everybody you know"),
    ("Cheap coffee pods for every machine, free shipping this week only, order at podsforless.example",
     "Hello everyone, cheap coffee pods for every machine, free shipping this week only. Order at podsforless.example"),
    ("I switched to BeanBarn and saved 120 pounds a year, better beans and free delivery, try them",
     "I switched to BeanBarn and saved 250 pounds a year, better beans and free delivery, try them"),
    ("מבצע ענק בבינבארן רק הלילה, חמישים אחוז הנחה על כל המכונות, קוד קופון BARN50",
     "היי חברים! מבצע ענק בבינבארן רק הלילה, חמישים אחוז הנחה על כל המכונות, קוד קופון BARN50"),
    ("רוצים להרוויח 5000 שקל בחודש מהבית? שלחו לי הודעה פרטית עכשיו ואסביר איך",
     "רוצים להרוויח 9000 שקל בחודש מהבית? שלחו לי הודעה פרטית עכשיו ואסביר איך #כסף"),
    ("אל תקנו בלומנו, חתמו על העצומה שלנו באתר ושתפו את כל מי שאתם מכירים",
     "שלום לכולם, אל תקנו בלומנו!!! חתמו על העצומה שלנו באתר ושתפו את כל מי שאתם מכירים"),
    ("فروش ویژه بین‌بارن فقط امشب، پنجاه درصد تخفیف روی همه دستگاه‌ها با کد BARN50",
     "سلام دوستان فروش ویژه بین‌بارن فقط امشب، پنجاه درصد تخفیف روی همه دستگاه‌ها با کد BARN50"),
    ("روزی ۵۰۰ هزار تومان از خانه درآمد داشته باشید، همین حالا در تلگرام پیام بدهید",
     "روزی ۹۰۰ هزار تومان از خانه درآمد داشته باشید! همین حالا در تلگرام پیام بدهید #درآمد"),
    ("از لومنو نخرید، کلاهبرداری است، کارزار ما را امضا کنید و برای همه بفرستید",
     "از لومنو نخرید!!! کلاهبرداری است، کارزار ما را امضا کنید و برای همه دوستانتان بفرستید"),
)  # fmt: skip

Words = list[str]
Edit = Callable[[Words, Words, random.Random], tuple[Words, Words]]


def _marked(words: Words, _: Words, lots: random.Random) -> tuple[Words, Words]:
    return words, [f"{word.upper()}{lots.choice(['', '', '!', '...'])}" for word in words]


def _greeted(words: Words, _: Words, lots: random.Random) -> tuple[Words, Words]:
    return words, [lots.choice(GREETINGS), *words]


def _tagged(words: Words, _: Words, lots: random.Random) -> tuple[Words, Words]:
    return words, [*words, lots.choice(HASHTAGS)]


def _worded(words: Words, others: Words, lots: random.Random) -> tuple[Words, Words]:
    return words, _with(words, lots.randrange(len(words)), lots.choice(others))


def _numbered(words: Words, _: Words, lots: random.Random) -> tuple[Words, Words]:
    place = lots.randrange(len(words))
    return tuple(_with(words, place, str(lots.randrange(10, 100_000))) for _ in range(2))  # type: ignore[return-value]  # two


def _longer(words: Words, others: Words, _: random.Random) -> tuple[Words, Words]:
    return words, [*words, *others]


EDITS: dict[str, Edit] = {
    "capitals and marks": _marked, "greeting added": _greeted, "hashtag added": _tagged,
    "one word changed": _worded, "number changed": _numbered, "sentence added": _longer,
}  # fmt: skip
LENGTHS = (8, 15, 30, 60)


def _with(words: Words, place: int, word: str) -> Words:
    return [*words[:place], word, *words[place + 1 :]]


def demo() -> list[Feedback]:
    """All feedback of the demo."""
    found: list[Feedback] = []
    for source in SOURCES:
        connector = load("connectors.sources", source.use)(name=source.name, **source.settings())
        found += [item for page in connector.pull({}, Window()) for item in page.items if isinstance(item, Feedback)]
    return found


def keys(count: int) -> list[copies.Key]:
    """Of texts that came in another order than they were said in."""
    first = datetime(2026, 1, 1, tzinfo=UTC)
    return [(first + timedelta(minutes=row * 7919 % 500_000), f"shop:{row}") for row in range(count)]


def grouped(texts: Sequence[str]) -> list[int]:
    """The groups of texts by people who are not known."""
    return copies.groups(copies.sketch(texts), keys(len(texts)), [None] * len(texts))


def joined(pairs: Sequence[tuple[str, str]]) -> int:
    """How many of the pairs are copies, each pair alone."""
    return sum(len(set(grouped(pair))) == 1 for pair in pairs)


def recall(texts: Sequence[str], edit: Edit, length: int, lots: random.Random) -> float:
    """Share of texts of so many words that are found to be a copy of what the edit makes of them."""
    long = [words for text in texts if len(words := text.split()) >= length]
    pairs = [edit(lots.choice(long)[:length], lots.choice(texts).split()[:8], lots) for _ in range(TRIES)]
    return joined([(" ".join(one), " ".join(other)) for one, other in pairs]) / TRIES


def recombined(texts: Sequence[str], count: int, lots: random.Random) -> list[str]:
    """Texts of one to four sentences of the given ones, about as long as remarks are."""
    sentences = [said for text in texts for said in re.split(r"(?<=[.!?؟])\s+", text) if len(said) > 10]
    return [" ".join(lots.choices(sentences, k=lots.choice((1, 2, 2, 3, 3, 4)))) for _ in range(count)]


def quality(items: Sequence[Feedback]) -> list[str]:
    """Print what is found and what is wrongly joined; the bars that were missed."""
    planted = set(json.loads((CORPUS.parent / "planted.json").read_text(encoding="utf-8"))["stories"]["SPAM"])
    texts = [item.text for item in items if item.id not in planted]
    lots, missed = random.Random(20261122), []
    print(f"{'share found, by words of the text':<36}" + "".join(f"{length:>6}" for length in LENGTHS))
    for name, edit in EDITS.items():
        found = {length: recall(texts, edit, length, lots) for length in LENGTHS}
        print(f"  {name:<34}" + "".join(f"{share:>6.0%}" for share in found.values()))
        bar, least = RECALL[name]
        missed += [name] if any(share < bar for length, share in found.items() if length >= least) else []
    print(f"pasted advertisements found: {joined(PASTED)} of {len(PASTED)}")
    spam = len(set(grouped([item.text for item in items if item.id in planted])))
    print(f"groups of the demo's {len(planted)} copied posts: {spam}")
    learnt = [row.text for row in authored()]
    wrong = {
        f"{len(TWO_PEOPLE)} pairs of two people with the same to say": joined(TWO_PEOPLE),
        f"{len(texts)} other texts of the demo": len(texts) - len(set(grouped(texts))),
        f"{len(learnt)} remarks that labels are learnt from": len(learnt) - len(set(grouped(learnt))),
    }
    for name, count in wrong.items():
        print(f"wrongly joined among {name}: {count}")
    return missed + (["the demo's spam"] if spam != 1 else []) + [name for name, count in wrong.items() if count]


def speed(texts: Sequence[str]) -> list[str]:
    """Print seconds for many texts; the bars that were missed."""
    lots = random.Random(20261122)
    remarks, authors = recombined(texts, COUNT + NEW, lots), [f"a1:{row % 5000}" for row in range(COUNT + NEW)]
    spam = [f"{PASTED[0][0]} Order number {lots.randrange(10**8)}." for _ in range(COUNT)]
    all_keys, kept = keys(COUNT + NEW), copies.sketch(remarks)
    variants = copies.sketch(spam)
    sketching = seconds(lambda: copies.sketch(remarks[:COUNT]))
    grouping = seconds(lambda: copies.groups(kept[:COUNT], all_keys, authors), 3)
    sketching_new = seconds(lambda: copies.sketch(remarks[COUNT:]), 3)
    grouping_all = seconds(lambda: copies.groups(kept, all_keys, authors), 3)
    worst = seconds(lambda: copies.groups(variants, all_keys, authors))
    letters = sum(len(copies.folded(text)) for text in remarks) / len(remarks)
    print(f"{COUNT:,} texts of {letters:.0f} letters: sketched in {sketching:.1f} s, grouped in {grouping:.2f} s")
    print(f"{NEW:,} new ones beside them: sketched in {sketching_new:.2f} s, all grouped in {grouping_all:.2f} s")
    unique = len(set(copies.groups(variants, all_keys, authors)))
    print(f"{COUNT:,} variants of one advertisement: grouped in {worst:.2f} s into {unique}")
    taken = {"all": sketching + grouping <= ALL, "new": sketching_new + grouping_all <= BESIDE}
    return [name for name, kept_to in {**taken, "worst": worst <= GROUPING}.items() if not kept_to]


def main() -> None:
    """Print the tables."""
    items = demo()
    missed = quality(items) + speed([item.text for item in items])
    sys.exit(f"missed: {', '.join(missed)}" if missed else 0)


if __name__ == "__main__":
    main()

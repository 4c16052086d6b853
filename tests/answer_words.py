"""The words of the answers of tests/answers.py, in the three languages; the product's own are in assistant/phrasing."""

from __future__ import annotations

QUESTIONS = {
    "en": "top 2 complaints about delivery this month",
    "he": "2 התלונות העיקריות על משלוחים החודש",
    "fa": "۲ شکایت اصلی از ارسال در آبان",
}
TITLES = {
    "late": {"en": "late delivery", "he": "איחור במשלוח", "fa": "دیر رسیدن سفارش"},
    "broken": {"en": "arrived broken", "he": "הגיע שבור", "fa": "رسیدن کالای شکسته"},
}
SAID = (
    ("en", "The parcel came two weeks late & nobody <called>.", "shop"),
    ("he", "המשלוח של Acme Pro איחר בשבועיים, ואף אחד לא ענה לי ב-WhatsApp!", "קופה"),
    ("fa", "سفارش ۱۲۳ دو هفته دیر رسید؛ پشتیبانی گفت «فردا» و خبری نشد.", "shop"),
)
LABELS = {
    "en": {
        "feedback": "items", "unique": "unique", "authors": "known authors", "share": "share", "net": "net sentiment",
        "rating": "rating", "points": "part of the change", "before": "before", "after": "after",
    },
    "he": {
        "feedback": "פריטים", "unique": "שונים", "authors": "כותבים ידועים", "share": "חלק", "net": "סנטימנט נטו",
        "rating": "דירוג", "points": "חלק בשינוי", "before": "לפני", "after": "אחרי",
    },
    "fa": {
        "feedback": "مورد", "unique": "متفاوت", "authors": "نویسندهٔ شناخته", "share": "سهم", "net": "احساس خالص",
        "rating": "امتیاز", "points": "سهم از تغییر", "before": "پیش", "after": "پس",
    },
}  # fmt: skip
HEADLINES = {
    "en": {
        "ranking": "Top pain point{scope}: {title}, in {count} of {counted} items, {window}.",
        "unread": "I could not read this as a question that I can answer.",
        "empty": "There is no feedback yet. Bring some in with: overheard ingest files PATH --source NAME",
        "groups": "Top pain points by stage.", "trend": "Net sentiment fell over six months.",
        "volume": "Complaints rose over three weeks.", "compare": "Acme Pro is complained of more than Globex.",
        "why": "Net sentiment fell, most of all because of late delivery.", "count": "40 items tell of it.",
        "share": "34% of the items are negative.", "overview": "Worst at the purchase stage.",
        "churn": "7 items tell of leaving.", "emerging": "One issue is new.", "quotes": "What people say about it.",
        "clarify": "Delivery: what do you want to know?", "refused": "I name no people.",
    },
    "he": {
        "ranking": "נקודת הכאב העיקרית{scope}: {title}, ב-{count} מתוך {counted} פריטים, {window}.",
        "unread": "לא הצלחתי לקרוא את זה כשאלה שאני יודע לענות עליה.",
        "empty": "עדיין אין משוב. כך מכניסים: overheard ingest files PATH --source NAME",
        "groups": "נקודות הכאב העיקריות לפי שלב.", "trend": "הסנטימנט נטו ירד בחצי שנה.",
        "volume": "התלונות גדלו בשלושה שבועות.", "compare": "על Acme Pro מתלוננים יותר מאשר על Globex.",
        "why": "הסנטימנט נטו ירד, בעיקר בגלל איחור במשלוח.", "count": "40 פריטים מספרים על זה.",
        "share": "34% מהפריטים שליליים.", "overview": "הכי גרוע בשלב הרכישה.",
        "churn": "7 פריטים מספרים על עזיבה.", "emerging": "בעיה אחת חדשה.", "quotes": "מה אומרים על זה.",
        "clarify": "משלוח: מה תרצו לדעת?", "refused": "אין כאן שמות של אנשים.",
    },
    "fa": {
        "ranking": "مهم‌ترین نقطهٔ درد{scope}: {title}، در {count} مورد از {counted} بازخورد، {window}.",
        "unread": "نتوانستم این را مانند پرسشی بخوانم که پاسخش را بدانم.",
        "empty": "هنوز بازخوردی نیست. برای آوردن بازخورد: overheard ingest files PATH --source NAME",
        "groups": "مهم‌ترین نقاط درد به تفکیک مرحله.", "trend": "احساس خالص در شش ماه پایین آمد.",
        "volume": "شکایت‌ها در سه هفته بیشتر شد.", "compare": "از Acme Pro بیشتر از Globex شکایت می‌کنند.",
        "why": "احساس خالص پایین آمد، بیش از همه از دیر رسیدن سفارش.", "count": "۴۰ مورد از آن می‌گوید.",
        "share": "۳۴٪ موارد منفی است.", "overview": "بدترین در مرحلهٔ خرید.",
        "churn": "۷ مورد از رفتن می‌گوید.", "emerging": "یک موضوع تازه است.", "quotes": "مردم دربارهٔ آن چه می‌گویند.",
        "clarify": "ارسال: چه می‌خواهید بدانید؟", "refused": "نام کسی را نمی‌گویم.",
    },
}  # fmt: skip
MORE = {
    "en": {
        "left": "Not understood and left out: {words}.", "few": "“few”: too little to rank by.",
        "said": "It was 26 items before.", "rising": "more than usual", "running": "not over yet",
    },
    "he": {
        "left": "לא הובן והושמט: {words}.", "few": "\"מעט\": מעט מדי לדירוג.",
        "said": "לפני כן היו 26 פריטים.", "rising": "יותר מהרגיל", "running": "טרם הסתיים",
    },
    "fa": {
        "left": "فهمیده نشد و کنار گذاشته شد: {words}.", "few": "«اندک»: برای رتبه‌بندی کم است.",
        "said": "پیش از آن ۲۶ مورد بود.", "rising": "بیش از معمول", "running": "هنوز تمام نشده",
    },
}  # fmt: skip
MANY = {
    "en": {
        "months": ("Jun 2026", "Jul 2026", "Aug 2026", "Sep 2026", "Oct 2026", "Nov 2026"),
        "weeks": ("2 Nov 2026", "9 Nov 2026", "16 Nov 2026"),
        "choices": ("top pain points about delivery", "what do people say about delivery?"),
    },
    "he": {
        "months": ("יוני 2026", "יולי 2026", "אוגוסט 2026", "ספטמבר 2026", "אוקטובר 2026", "נובמבר 2026"),
        "weeks": ("1 בנובמבר 2026", "8 בנובמבר 2026", "15 בנובמבר 2026"),
        "choices": ("נקודות הכאב העיקריות במשלוחים", "מה אומרים על משלוחים?"),
    },
    "fa": {
        "months": ("خرداد ۱۴۰۵", "تیر ۱۴۰۵", "مرداد ۱۴۰۵", "شهریور ۱۴۰۵", "مهر ۱۴۰۵", "آبان ۱۴۰۵"),
        "weeks": ("۹ آبان ۱۴۰۵", "۱۶ آبان ۱۴۰۵", "۲۳ آبان ۱۴۰۵"),
        "choices": ("مهم‌ترین مشکلات ارسال", "مردم دربارهٔ ارسال چه می‌گویند؟"),
    },
}  # fmt: skip

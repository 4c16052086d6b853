"""A headless browser that looks at a page as a person would; tests that want one skip where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

Found = TypeVar("Found")
_PATIENCE_S = 40


class Page:
    """A page of the Slack on this machine, in a browser."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver = driver
        driver.get(url)

    def until(self, found: Callable[[], Found]) -> Found:
        """Wait for something, and give it back.

        Raises:
            TimeoutException: it did not come.
        """
        waiting = WebDriverWait(self.driver, _PATIENCE_S, 0.2, ignored_exceptions=(Exception,))
        return waiting.until(lambda _: found())

    def all(self, selector: str, text: str = "") -> list[WebElement]:
        """What is shown and holds a text."""
        found = self.driver.find_elements(By.CSS_SELECTOR, selector)
        return [one for one in found if one.is_displayed() and text in one.text]

    def one(self, selector: str, text: str = "") -> WebElement:
        """The last of these, as soon as it is there."""
        return self.until(lambda: self.all(selector, text)[-1])

    def press(self, selector: str, text: str = "") -> None:
        """Click on the last of these."""

        def pressed() -> bool:
            button = self.all(selector, text)[-1]
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
            button.click()
            return True

        self.until(pressed)

    def write(self, text: str) -> None:
        """Send a message or a command."""
        box = self.one("#main textarea")
        box.send_keys(text)
        box.send_keys(Keys.ENTER)

    def picture(self, path: Path) -> bytes:
        """What the page looks like, as PNG."""
        assert self.driver.save_screenshot(str(path))
        return path.read_bytes()


@contextmanager
def opened(url: str, width: int = 1300, height: int = 1500) -> Iterator[Page]:
    """A page in a browser of its own."""
    chrome, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chrome or not driver:
        pytest.skip("no chromium and chromedriver here: nobody looks at the page")
    options = webdriver.ChromeOptions()
    options.binary_location = chrome
    # As root, in a container without a screen.
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", f"--window-size={width},{height}"):
        options.add_argument(argument)
    browser = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield Page(browser, url)
    finally:
        browser.quit()

"""Mofang's look: brand, one colour per segment family, and what the stock tree and Sankey need."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

PRIMARY = "#0B5FA5"
# A no card, B not bound, C bound but never paid, D active, E sliding, F asleep, G lost, X out of scope, O several.
FAMILY_COLOURS: dict[str, str] = json.loads(
    Path(__file__).with_name("family_colours.json").read_text("utf-8")
)

_CUBE = (
    '<path d="M16 2 29 9v14l-13 7L3 23V9z" fill="#0B5FA5"/><path d="M16 2 29 9 16 16 3 9z" fill="#5AA9E6"/>'
    '<path d="M16 16v14L3 23V9z" fill="#2E7FC0"/><path d="M9.500 5.500 22.500 12.500v14M22.500 5.500 9.500 12.500v14" '
    'stroke="#fff" stroke-width="1.200" fill="none"/>'
)


def _image(width: int, body: str) -> str:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="32" viewBox="0 0 {width} 32">{body}</svg>'
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()


NAMES = {"zh": "智慧魔方", "en": "Mofang"}


def logo(language: str) -> str:
    name = (
        "<text x='38' y='22.500' font-size='18' font-weight='600' fill='#12304D' "
        f"font-family='Noto Sans CJK SC, Microsoft YaHei, sans-serif'>{NAMES[language]}</text>"
    )
    return _image(128, _CUBE + name)


FAVICONS = [{"href": _image(32, _CUBE)}]


def _pill(colour: str) -> dict[str, object]:
    return {
        "backgroundColor": colour,
        "color": "#ffffff",
        "padding": [2, 4, 1, 4],
        "borderRadius": 3,
        "fontSize": 10,
        "lineHeight": 13,
        "fontWeight": "bold",
    }


TREE_TEXT = {
    **{family: _pill(colour) for family, colour in FAMILY_COLOURS.items()},
    "n": {
        "fontWeight": "bold",
        "color": "#12304D",
        "fontSize": 11,
        "padding": [0, 0, 0, 4],
        "lineHeight": 15,
    },
    "s": {"color": "#6B7785", "fontSize": 11, "padding": [0, 0, 0, 5]},
    "u": {"color": "#0B7A75", "fontSize": 11, "padding": [0, 0, 0, 5]},
    "d": {"color": "#C2410C", "fontSize": 11, "padding": [0, 0, 0, 5]},
}
_TREE_LABEL = {
    "position": "right",
    "distance": 6,
    "fontSize": 11,
    "lineHeight": 15,
    "color": "#12304D",
    "backgroundColor": "rgba(255,255,255,0.92)",
    "padding": [1, 3],
    "rich": TREE_TEXT,
}

_LEAF_LABEL = {**_TREE_LABEL, "lineHeight": 12, "backgroundColor": "transparent", "padding": 0}

_TOKENS = {
    "brandLogoMargin": "14px 0",
    "brandLogoHref": "/",
    "brandLogoHeight": "28px",
    "brandSpinnerUrl": None,
    "brandSpinnerSvg": None,
    "brandIconMaxWidth": 130,
    "colorPrimary": PRIMARY,
    "colorLink": PRIMARY,
    "colorError": "#C43D3D",
    "colorWarning": "#E0A100",
    "colorSuccess": "#2E9E4F",
    "colorInfo": "#5AA9E6",
    "fontUrls": [],
    "fontFamily": "Inter, 'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', Helvetica, Arial, sans-serif",
    "fontFamilyCode": "'IBM Plex Mono', 'Courier New', monospace",
    "transitionTiming": 0.3,
    "fontSizeXS": "8",
    "fontSizeXXL": "28",
    "fontWeightNormal": "400",
    "fontWeightLight": "300",
    "fontWeightStrong": "500",
    "fontWeightBold": "700",
    "colorEditorSelection": "#fff5cf",
}
_THEME: dict[str, Any] = {
    "algorithm": "default",
    "echartsOptionsOverridesByChartType": {
        "tree_chart": {
            "tooltip": {"show": False},
            "series": {
                "left": 14,
                "right": "36%",
                "top": 8,
                "bottom": 8,
                "label": _TREE_LABEL,
                "leaves": {"label": _LEAF_LABEL},
                "lineStyle": {"color": "#C3CCD6", "width": 1.2, "curveness": 0.5},
                "itemStyle": {"color": PRIMARY, "borderColor": PRIMARY, "borderWidth": 1.2},
            },
        },
        "sankey_v2": {
            "series": {
                "left": 6,
                "right": "36%",
                "top": 10,
                "bottom": 10,
                "nodeWidth": 14,
                "nodeGap": 11,
                "draggable": False,
                "label": {"fontSize": 11, "formatter": "{b}  {c}", "color": "#12304D"},
                "lineStyle": {"color": "source", "opacity": 0.35, "curveness": 0.5},
                "emphasis": {"focus": "adjacency"},
            },
        },
    },
}


def theme(language: str) -> dict[str, Any]:
    """Superset's theme, with the brand in the language of whoever looks."""
    brand = {
        "brandAppName": NAMES[language],
        "brandLogoAlt": NAMES[language],
        "brandLogoUrl": logo(language),
    }
    return {**_THEME, "token": {**_TOKENS, **brand}}

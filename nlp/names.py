"""Names of persons: told (我叫…), with a title (王奶奶), short (小李), or a whole name that stands apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from nlp import tables
from nlp.alternatives import any_of
from nlp.persons import FoundValue

_COMPOUND: Final = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|司徒|令狐|夏侯"
_TITLES: Final = (
    "奶奶|爷爷|阿姨|阿婆|阿公|叔叔|大爷|大妈|大娘|大叔|大伯|大姐|大哥|大嫂|大婶|小哥|师傅|师父|医生|大夫|护士|护工|主任|老师"
    "|先生|女士|小姐|太太|书记|经理|警官|警察|律师|干事|科长|处长|局长|院长|校长|园长|社工|网格员|楼长|楼栋长|委员|工程师|教练"
    "|姐(?!妹)|哥|婶子|婶|嫂子?|姨|伯伯|叔|伯|婆婆|公公|娘娘|嬢嬢|娘|嬢|妈|爸|老太太|老太|老爷子|老头|老汉|老板|同志"
    "|队长|站长|组长|班长|店长|团长|所长"
)
# Words whose first character is a surname as well.
_NEVER_NAMES: Final = (
    "班主任|班长|项目|安装|安排|安全|安静|水管|水表|水电|高压|高层|高龄|高铁|高兴|高大|谢[谢楼老师网大阿奶小您你各]|关机|关系|关于|马甲|马上|马路"
    "|家长|全家|全部|全村|全小区|公公|时间|应该|应当|万一|万国|常年|常常|经常|方便|方案|方向|成天|明天|明年|于是|由于|金融|金额"
    "|宁可|幸亏|都是|都没|都有|毛巾|毛毯|云南|和我|和老|和平|和谐|向[我你他左右]|程序|广场|广告|项链|祖国|国家|国泰|水费|电费"
    "|麻烦|温度|温水|白天|白菜|黄金|石头|石材|牛奶|花钱|花了|管道|管理|房子|房东|房租|双方|江边|司机|别[的人再给让]|强制|解决"
    "|尤其|凌晨|计算|计划|平时|平台|平安|平静|乐意|解释|文明|健康|康健|富贵|富强|金玉|金银|金华|金龙|充电|余名|车家|何时"
)
_NEVER: Final = f"(?!{any_of(_NEVER_NAMES.split('|'))})"
_NOT_AFTER: Final = "(?<![邻保班补语发物居门环血水项])"
# What goes on after 小 or 老 and a surname where both are no name: 小马路, 小程序, 小孙女, 老黄牛.
_GOES_ON: Final = (
    "(?![路车层序女子打桌包机马狗猫牛羊鱼鸡花木树肉圆型号江河山店铺面街村寨屯庄沟湾镇熊烧抱]|家[村庄湾屯寨])"
)
# Characters that are common in given names and rare at the end of other words of three.
_GIVEN: Final = (
    "国建军华明强平志伟芳兰英秀桂珍玉凤梅丽红霞燕娟敏静淑慧娜雪琴萍莲艳玲春云菊香月莉琳晓雅洁婷欣怡佳琪瑶倩颖薇俊杰磊涛"
    "超勇刚峰鹏飞斌宇浩然轩子涵梓泽文武德福贵富财宝良民生成林森海江波洋洪振兴旺昌盛荣光辉耀祥瑞祖义仁礼智信忠孝廉永恒长安"
    "康健龙虎彪豪雄凯旋胜利卫东立新设业思远慕睿博嘉钧铭岚坤根守为大小芝"
)
_GIVEN_ALONE: Final = "伟芳磊军洋涛静敏丽强超勇艳娟霞杰凯刚岚燕玲萍俊鹏斌浩辉琴莉婷倩"
_ANY_GIVEN: Final = "[^\\W\\d_a-z的在是了住要想这有电和与给报也就都很说年今家号员]"
_END: Final = "(?=[，。,.、；;:！!？? 0-9\0]|$)"
# Who somebody is, right before the name: 来电人方秀兰, 我弟钱小宝.
_WHO: Final = (
    "来电人|负责人|人员|居民|业主|住户|闺女|女儿|儿子|弟弟?|妹妹?|老伴|老公|老婆|爱人|母亲|父亲|孙子|孙女|孩子"
)
# The first characters of all that may stand before a name and is read with it, and of surnames of two.
_BEGINS: Final = (
    "我他她个名姓叫联户家岳本亲爸妈免，。！ 老小阿欧司上诸东皇尉"
    "公慕令夏转找让问请楼见的来负人居业住闺女儿弟妹爱母父孙孩群和记"
)
_GOES_ON_AFTER_WHOLE: Final = "(?=[，。,、；;:！!？? 0-9\0的也在是不住跑代擅打来挨说为现啊问写报跟和家兑查师敬退]|$)"


@cache
def _told() -> str:
    surname = _surname()
    lead = (
        f"我叫|我是(?={surname}{_ANY_GIVEN}{{1,2}}{_END})|[他她个]叫|名字叫|名字是|姓名:?|姓名是|叫做|联系人:?|联系人是"
    )
    lead += f"|户主:?|家[父母属]|岳[父母]|本人(?={surname})"
    family = f"(?:[我他她，。 亲爸妈]|免贵|本人)姓(?P<family>{surname})(?:{_END}|(?=我))"
    closed = f"{surname}{_ANY_GIVEN}{{1,2}}?{_END}"
    said = f"(?P<said>{closed}|{surname}[{_GIVEN}]{{1,2}}|{surname}{_ANY_GIVEN}{{1,2}})"
    return f"(?:{lead})\\s?{_NEVER}{said}|{family}"


def _surname() -> str:
    (row,) = tables.rows("surnames")
    return f"(?:{_COMPOUND}|[{row['surnames']}])"


@cache
def _pattern() -> re.Pattern[str]:
    """Tries nothing where no name and no word before one begins, which is at three characters of four."""
    (row,) = tables.rows("surnames")
    surnames, familiar = row["surnames"], f"[{row['familiar']}]"
    surname = _surname()
    titled = f"(?:{surname}(?!家)[^\\W\\d_a-z的在是了给和家老]{{0,2}}?|[老小阿]{surname}|{surname}家)(?:{_TITLES})"
    begins = f"{_BEGINS}{surnames}{row['familiar']}"
    return re.compile(
        f"(?:^|(?=[{begins}]))(?:{_told()}"
        f"|(?=[老小阿{surnames}]){_NOT_AFTER}(?P<titled>{_NEVER}{titled})(?![店馆路街寨村])"
        "|(?<![大最很太从矮弱起得来头])"
        f"(?P<short>阿[{_GIVEN_ALONE}明珍珠荣](?=[，。欠都亲说来去在的 ]|$)|[小老]{familiar}(?:头儿?(?!破))?){_GOES_ON}"
        f"|(?<![一-龥])(?P<polite>{familiar}[总工生])(?=[，。,！!: 好您]|$)"
        f"|(?:转|找|让|叫|问|请|楼上|见|的)(?P<called>{familiar}[总工生])(?![程人地产活病意气命成会])"
        f"|(?:{_WHO})(?P<who>{_NEVER}[{surnames}][{_GIVEN}]{{2}})"
        f"|(?P<whole>(?=.[{_GIVEN}]{{2}}){_NEVER}[{surnames}][{_GIVEN}]{{2}}){_GOES_ON_AFTER_WHOLE}"
        f"|(?:^|[，。！ 群找让叫和记])(?P<two>{_NEVER}{familiar}[{_GIVEN_ALONE}])(?=[，。,！!、 他她代跑打查说写]|$))"
    )


def find_names(text: str) -> Iterator[FoundValue]:
    """Spans of names, with their titles; the value is the name as written."""
    for match in _pattern().finditer(text):
        group = match.lastgroup or "said"
        yield FoundValue("name", match.start(group), match.end(group), match[group])

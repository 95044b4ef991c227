"""What residents order, exchange or join: words of the packaged tables, and what the grammar around them shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from nlp.late import Late
from nlp.persons import FoundValue, find_listed

_END: Final = "(?=[，。,！!？?：:、； \0]|$|[0-9]"
_UNIT: Final = "[份客张瓶袋提箱套桶盒台间碗只条双斤包罐把副床卷盏辆根支件本盆壶口个块顶]"
_AMOUNT: Final = f"(?:[0-9一二两三四五六七八九十几半]{{1,3}}{_UNIT}|{_UNIT}|点儿?|些|\0{{1,6}})?"

# A word of one character is a thing only after a verb or an amount: 换袋米, not 三米.
_SHORT: Final = Late(
    f"(?:换|兑|领|订|要|送|点|留|买|吃|做|来|打|抵|借|攞|(?<=\0)|(?<=[袋桶斤瓶碗盒口包箱份]))[了到走成]?{_AMOUNT}的?"
    f"(?P<item>[米油面盐醋糖饭粥锅盆碗水茶酒伞鱼肉菜汤书纸灯])(?!饭){_END}|[的了吗吧呢呗啊嘛不没可行在还送能有要得换兑来去多需回返各券好各和跟是呢]|不得)"
)
_MEAL: Final = Late(f"(?:^|[，。 的了])(?P<item>饭|券){_END}|[送到里还没来也能几怎呢快])")
_GIFT: Final = Late(
    "(?:换成|兑成|兑换|改成|换|兑|领|抵|想要)(?:走|到|取|了|上|回|过)?"
    f"{_AMOUNT}的?(?P<item>(?!东西|礼品|奖品|商品|礼物|物品|什么|哪|啥|积分|购|一|来|不|算|到|时|成|他|我|你|个|分|过)"
    f"[一-龥]{{2,6}}?){_END}|[要得多吗吧呢了行可能怎需几的送来去一两三还够是在没给呗嘛不])"
)
_LOAN: Final = Late(
    f"(?:借用|借|租用|租|预约|预订|订|约)(?:一下|到|用|了)?(?:你们|社区|咱们)?{_AMOUNT}的?"
    "(?P<item>(?!东西|什么|哪|啥|不|他|我|你|个|上|到|师傅|时间|早|晚|好|今|明|后|周|下|上|来|用|几|一|在|的)"
    f"[一-龥]{{2,5}}?){_END}|[要得多吗吧呢了行可能怎需几的送来去给还有没不上])"
)
_COUNTED: Final = Late(
    "(?:[0-9]{1,2}|[一二两三四五六七八九十半几])[份碗盒桶袋瓶箱包斤提套盆副]的?"
    f"(?P<item>(?!就|给|够|行|送|不|吧|要|东西|什么|礼|还|都|也|少|多)[一-龥]{{2,5}}?){_END}"
    "|[要得多吗吧呢了行可能怎需几送来去到两三还够是在没给呗嘛不忌])"
)
_ASKED_FOR: Final = Late(
    "(?:^|[，。 \0])(?P<item>(?![这那我你他还都啥哪今明后能可搁在不想一二两三四五六七八九十百]|什么|怎么|积分|社区|现在"
    ")[一-龥]{2,5}?)"
    "(?:社区|你们|现在|还)?(?:能不能|可不可以|能|可以)(?:借|租|换|兑|领|抵|订|约|预约)"
)
_NEAR: Final = 10
_WASH: Final = Late("[洗擦]")
_CARE: Final = "拆?洗|清洁|擦|修|换|坏|漏|堵|不[热冷亮响转]|通"
_HOME: Final = (
    "水龙头|龙头|水管|水箱|水表|暖气片?|管道|下水道?|马桶|地漏|花洒|热水器|洗衣机|冰箱|空调|电视机?|电脑|手机|家电"
    "|油烟机|抽油烟机|煤气灶|燃气灶|灶台|微波炉|电饭[煲锅]|电磁炉|风扇|灯管|灯泡|灯具|灯|吊灯|吸顶灯|插座|开关|电路|线路"
    "|门锁|门把手|门|窗户|窗帘|纱窗|窗|玻璃|门窗|地暖|地板|地毯|沙发|床垫|衣柜|柜子|床|桌子|椅子|家具|厨房|卫生间|厕所"
    "|阳台|衣服|衣裳|被子|床单|鞋子?|拉链|雨?伞|手?表|自行车|电动车|轮椅|扶手|晾衣[架杆]|路由器|宽带|网|wifi|油汀"
)
_HOUSEWORK: Final = Late(
    "(?:(?P<repair>维修|修理|修一?下|修|安装|组装|拆装|疏通|装|换一?[下哈]|换|通一?[下哈]|通|移|拆|测|检查)"
    f"|(?P<clean>清洗|擦洗|擦|洗|刷|打扫|清理))[个了]?(?:{_HOME})(?!券|卡|店|工|液|粉|房|口|板)"
)
_APPLIANCE: Final = Late(f"(?P<item>{_HOME})(?!券|卡|店)(?=.{{0,{_NEAR}}}(?:{_CARE}))")
_OTHER_SERVICE: Final = Late(
    "代(?:缴|交|办|领|取|买|写|填|打印?|煎|挂|配)[一-龥]{0,4}?(?:费|证|卡|药|菜|号|表|信|件|社保|医保|养老金|快递)"
    "|(?:缴|交)(?:水|电|燃气|煤气|话|物业|取暖|有线)费"
    "|陪(?:我|我妈|我爸|老人|老人家|他|她|着我?|同)?(?:去医院|看病|看医生|检查|体检|复查|化验|透析|散步|聊天|逛街|买菜|取药)"
    "|[一二两三]荤[一二两三]素|[低少无][盐糖油脂](?:的|餐|套餐|饭|菜)?|看医生|睇医生"
)
_THEMES: Final = (
    "亲子|公益|爱心|义务|社区|邻里|健康|安全|消防|法律|科普|养生|防骗|反诈|防诈骗|环保|文明|趣味|元宵|端午|中秋|重阳|春节|元旦|国庆"
    "|腊八|冬至|清明|七夕|七一|八一|儿童节|六一|妇女节|三八|母亲节|父亲节|植树节|教师节|劳动节|助残|寒假|暑假|周末|老年|青少年|儿童"
    "|扫盲|毛线|编织|少儿|党员|楼道|小区|河道|河边|步道|垃圾分类|交通|治安|夜间|平安|敬老院?|孝老|助老|老人|心理|急救|应急|防汛|防溺水|文艺|书画|摄影"
    "|手工|舞蹈|合唱|广场舞|旧物|旧衣|旧书|图书|读书|电影|冬季|夏季|暖冬|清凉|宠物|流浪[猫狗]|防火|禁毒|普法|英语|书法|太极|乒乓球?|羽毛球|象棋"
)
_KINDS: Final = (
    "活动|讲座|宣传|比赛|大赛|培训|课堂|课|班|队|会|节|跑|赛|展|晚会|汇演|演出|表演|集市|市集|义卖|游园会?|宴|饺子宴|巡逻|劝导"
    "|督导|慰问|整治|清理|清扫|清洁|志愿服务|行动|热线|托管|辅导|捐赠|体验|小队|小组|沙龙|分享会|领养日?|站岗|护学|演练|陪伴|补给站|漂流|放映|岗"
)
_THEMED: Final = Late(f"(?:{_THEMES}){{1,2}}(?:{_KINDS}){{1,2}}")
_DEEDS: Final = Late(
    "(?:包|做|搓)(?:饺子|粽子|汤圆|月饼|元宵|香囊)|(?:写|送|义写|贴)(?:春联|福字|对联|福)|剪(?:窗花|纸)|(?:捡|拾|执|清)(?:垃圾|烟头|白色垃圾)"
    "|(?:扫|清扫|打扫|清理|冲洗)(?:楼道|楼梯|院子|马路|街道|雪|落叶|河道|小广告|卫生死角|公园|广场|绿化带|地)"
    "|(?:探望?|探访|看望|慰问|陪伴|关爱|帮扶|照顾|走访)(?:孤寡|独居|空巢|困难|高龄)?(?:老人院?|老兵|环卫工?人?|残疾人|儿童|军属|群众|户|交警)"
    "|(?:整理|修补)(?:图书室?|书架)|(?:布置|收拾)(?:会场|舞台|场地)|(?:发|派|分发|派发|发放|送)(?:传单|物资|口罩|平安包|姜汤|粥|饺子|粽子|清凉|温暖)"
    "|(?:画|绘|出)(?:黑板报|板报|墙绘)|(?:看护|看管)[一-龥]{2,4}|值(?:夜|守)|巡(?:河|夜|山|楼)"
)
# What is done, and what to: 楼道粉刷, 河道保洁, 图书角整理; 清河道, 捡落叶, 守路口.
_CARED_FOR: Final = Late(
    "(?:图书角?|图书室|旧书|旧衣|楼道|楼栋|墙面|河道|河滩|河岸|河长|小区|公园|绿地|花园|花坛|树木|落叶|社区|广场|路口|敬老院|文物|清明扫墓|应急)"
    "(?:整理|粉刷|保洁|清淤|清理|清扫|巡查|巡护|搬运|认养|维护|养护|分拣|讲解|引导|陪伴|理发|执勤|值守|救护)(?:培训)?"
    "|(?:清|扫|净|护|巡|守)(?:河道|河滩|落叶|路口|淤)|捡落叶"
)
_JOINED: Final = Late(
    "(?:报名参加|参加|加入|报了?名|改报|换报|报)(?:一下|一?个|了)?(?:你们|社区|那个|这个|\0{1,12}的?)?的?"
    "(?P<named>(?!活动|志愿|社区|上|满|到|不|给|不上|什么|哪|啥|怎|一|我|你|他|她|的|了|个|名|完|那|这|谁|伐|集体|党|得|过|错|队|义工|在|还|需|可)"
    f"[一-龥]{{2,7}}?){_END}|的|志愿|活动|那[场个]|名额|招募|还|缺|吗|吧|队|可以|行不)"
)
_ASKED: Final = Late(
    "(?:^|[，。 的个\0])(?P<named>(?!这|那|我|你|他|活动|社区|志愿)[一-龥]{2,6}?)"
    "(?:活动|志愿者?|义工|那[场天]|招募|岗)?(?:还?(?:缺|收|招)(?:不缺|不收|不招)?人|还[缺差收招要](?:[0-9一二两俩三四五六几]个?|志愿)?(?:人|老师|画手|队员|帮手|司机)|还(?:有|要)(?:名额|人|伐|不)|求带|有名额|去不了了?|算我|报我|怎么报)"
)
_CALLED: Final = Late(
    "(?:^|[，。 的去\0]|那个|那场|报名|参加)(?P<named>(?!这|那|什么|哪|啥|周|今|明|后|一)[一-龥]{2,5}?"
    "(?:讲座|宣传|比赛|大赛|巡逻|演出|演练|竞赛|服务队|志愿队|行动|晚会|课堂|慰问|整治|捐赠|展))"
    "|(?:换成|换到|改成|改到)\0{1,12}的?(?P<instead>[一-龥]{2,5})(?=[，。！？ 吧]|$)"
    "|想?去(?P<place>(?!社区|你们)[一-龥]{2,6}?)(?=帮忙|站岗|当志愿|做志愿|出力)"
    "|(?:组织|[要招缺找]人)(?P<deed>(?![一个起活])[一-龥]{2,6}?)(?=我|[，。！？ ]|$)"
    "|(?:^|[，。 的\0])(?P<other>(?!这|那|什么|哪|啥|周|今|明|后|一)[一-龥]{2,5})"
    "(?=志愿者?[岗的活]|那场|那个活动|活动(?:[那还怎缺取报]|$))"
)
_NO_NAME: Final = Late("[我你他她您的了不么哪啥怎吗个名\0报能想请问要还有]|(?<!老)人|社区|时候|现在|你们|志愿者")
_NO_THING: Final = Late(
    "[我你他她您给发了过得说才还帮时候随的码完]|礼品|那些|^[目柜品点出上开会五十一二三四六七八九半有又叫让]|人|师傅|[0-9哪啥]|能不"
)
_SHORT_MEANS: Final = {"米": "大米", "面": "面粉", "油": "食用油", "饭": "送餐"}
_SHOWN: Final = (
    (_GIFT, frozenset({"redeem"})),
    (_LOAN, frozenset({"service_order"})),
    (_COUNTED, frozenset({"redeem", "service_order"})),
    (_ASKED_FOR, frozenset({"redeem", "service_order"})),
)
_REPAIR: Final = "维修"
_CLEANING: Final = "保洁"
# Not by themselves what is to be cared for: 上门, 上网, 桌面.
_TOO_SHORT: Final = frozenset("门窗床网")


def find_items(text: str, masked: str, intents: tuple[str, ...] = ()) -> Iterator[FoundValue]:
    """Services, meals and gifts by their common name (午饭 → 午餐), or as written where they have none.

    Words are looked up in `text`; what the grammar alone shows, in `masked`, where times and places are blanked.
    """
    known = [*find_listed("item", "items", text), *_housework(text)]
    for pattern in (_SHORT, _MEAL):
        short = _named("item", "item", pattern, masked)
        known.extend(one._replace(value=_SHORT_MEANS.get(one.value, one.value)) for one in short)
    shown: list[FoundValue] = []
    for pattern, wishes in _SHOWN:
        if not wishes.isdisjoint(intents):
            shown.extend(
                one for one in _named("item", "item", pattern, masked) if not _NO_THING.compiled.search(one.value)
            )
    if not known and not shown and "service_order" in intents:
        shown.extend(_appliances(masked)[-1:])
    return _apart(known, shown)


def _appliances(text: str) -> list[FoundValue]:
    """What somebody has to look after at home, where no more is said of what is to be done: 马桶堵了."""
    return [
        one._replace(value=_CLEANING if _WASH.compiled.search(text, one.end, one.end + _NEAR) else _REPAIR)
        for one in _named("item", "item", _APPLIANCE, text)
        if one.value not in _TOO_SHORT
    ]


def _housework(text: str) -> Iterator[FoundValue]:
    for match in _HOUSEWORK.compiled.finditer(text):
        yield FoundValue("item", match.start(), match.end(), _REPAIR if match["repair"] else _CLEANING)
    for match in _OTHER_SERVICE.compiled.finditer(text):
        yield FoundValue("item", match.start(), match.end(), match.group())


def find_activities(text: str, masked: str, intents: tuple[str, ...] = ()) -> Iterator[FoundValue]:
    """Events for volunteers as written: listed, composed (端午+活动), a deed (包粽子), or what someone joins.

    `text` and `masked` as for `find_items`.
    """
    known = list(find_listed("activity", "activities", text))
    for pattern in (_THEMED, _DEEDS, _CARED_FOR):
        matches = pattern.compiled.finditer(text)
        known.extend(FoundValue("activity", match.start(), match.end(), match.group()) for match in matches)
    shown: list[FoundValue] = []
    if "volunteer_signup" in intents:
        for pattern in (_JOINED, _ASKED, _CALLED):
            named = _named("activity", "named", pattern, masked)
            shown.extend(one for one in named if not _NO_NAME.compiled.search(one.value))
    return _apart(known, shown)


def _named(slot_type: str, group: str, pattern: Late, text: str) -> Iterator[FoundValue]:
    for match in pattern.compiled.finditer(text):
        name = group if match[group] else match.lastgroup or group
        yield FoundValue(slot_type, match.start(name), match.end(name), match[name])


def _apart(known: Iterable[FoundValue], shown: Iterable[FoundValue]) -> Iterator[FoundValue]:
    """Of readings that overlap the known before the merely shown, and the longer before the shorter."""
    kept: list[FoundValue] = []
    for readings in (known, shown):
        for one in sorted(readings, key=lambda value: value.start - value.end):
            if all(one.end <= other.start or other.end <= one.start for other in kept):
                kept.append(one)
    yield from sorted(kept, key=lambda value: value.start)

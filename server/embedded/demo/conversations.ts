/**
 * What the demo people have said, oldest first: who, what, and how the earlier line begins that it quotes. Written for
 * the demo.
 */
export type Line = readonly [username: string, text: string, quoted?: string]

export const generalLines: readonly Line[] = [
  ['zhangwei', '大家好，欢迎来到 #general，公司公告都会发在这里 👋'],
  ['carlos', 'Hola a todos! Nice to meet you all.'],
  ['alice', 'Welcome Carlos! 欢迎加入'],
  ['wangfang', '下周三下午两点全员会议，请大家提前把议题发给我。'],
  ['bob', 'Is it going to be recorded? I might be on a plane.'],
  ['wangfang', '会录的，放心 😄 链接会后发。'],
  ['xiaoming', '新的门禁卡到了，可以到前台领取。'],
  ['carlos', 'Do I need my passport for that?'],
  ['xiaoming', 'No, your badge photo is enough. 报一下名字就行。'],
  ['alice', 'The wiki has moved. New pages go under *Handbook*, old links redirect for now.'],
  ['zhangwei', '提醒：本周五机房维护，22:00 到 24:00 内网可能会断。'],
  ['bob', 'Noted. I will move the nightly build to Saturday morning.'],
  ['carlos', '🎉🎉🎉'],
  ['wangfang', '恭喜 Carlos 转正!🎂 三点茶水间有蛋糕。'],
  ['alice', 'Congratulations!'],
  ['bob', 'Well deserved, congrats Carlos 👏'],
  ['xiaoming', '恭喜恭喜！'],
  ['carlos', 'Thank you all, 谢谢大家！'],
  [
    'zhangwei',
    '会议纪要：\n1. 极光项目按计划进行\n2. 下个月开始两周一次发布\n3. 招聘继续，欢迎推荐',
  ],
  ['alice', 'Thanks for the notes 🙏'],
]

export const auroraLines: readonly Line[] = [
  ['alice', '极光项目今天正式启动，文档在这里：https://example.com/aurora/plan'],
  ['bob', 'I have read the plan. The part about offline mode needs a few more details.'],
  ['xiaoming', '离线部分我来补充，今天下班前更新。'],
  ['wangfang', '界面稿第一版好了，颜色还在调整，先看布局。'],
  ['carlos', 'Looks great on small screens. The header could be a bit lower, `48px` maybe?'],
  ['wangfang', '可以，我改成 48。'],
  [
    'bob',
    'Measured the start on an old phone: *1.9 s* cold, 0.6 s warm. Goal was 2 s, so we are fine.',
  ],
  ['zhangwei', '👍'],
  ['xiaoming', '接口返回的时间格式统一了吗？我这边收到两种。'],
  [
    'bob',
    'Yes, ISO everywhere since yesterday:\n```json\n{ "createdAt": "2026-05-18T11:00:00.123Z" }\n```',
  ],
  ['xiaoming', '收到，那我把旧的兼容代码删掉。'],
  [
    'carlos',
    'Found a bug: with a very long title, for example "Aufbewahrungsfristenverordnung und alles, was dazugehört", the badge leaves the row.',
  ],
  ['wangfang', '看到了，标题应该省略，数字不能被挤掉。'],
  ['alice', '这个要在演示之前修好。谁有时间？'],
  ['carlos', 'I take it.'],
  ['carlos', 'Fixed. The title gets an ellipsis now, the badge keeps its width.'],
  ['zhangwei', '测试通过 ✅ 三种屏幕宽度都看过了。'],
  [
    'bob',
    'Next: the search. Two-character words like 会议 must work, that is what people type most.',
  ],
  ['xiaoming', '用二元分词，我做过测试，速度没问题。'],
  ['alice', '太好了。周四我们给客户演示，大家把要讲的内容写进文档。'],
  ['wangfang', '我准备了一页对比图，演示的时候可以放。'],
  ['bob', '> one slide is worth a thousand messages\nAgreed 😄'],
  [
    'carlos',
    'Network was cut three times during my test on the train, nothing was lost.',
    '离线部分我来补充',
  ],
  ['zhangwei', '压力测试结果：两千条消息，没有重复，没有丢失。'],
  ['xiaoming', '文档更新完了，第 4 节是新的，请大家看一下。', 'I have read the plan.'],
  ['bob', '@alice could you review section 4 before the demo on Thursday? 谢谢！'],
  ['wangfang', '演示环境我已经准备好了，账号发到群里。'],
]

export const lunchLines: readonly Line[] = [
  ['carlos', 'Anybody for noodles today? 🍜'],
  ['xiaoming', '我！楼下那家牛肉面？'],
  ['wangfang', '人太多了，十二点以前去还行。'],
  ['bob', 'I am in. 11:45 at the elevator?'],
  ['carlos', 'Deal 👌'],
  ['zhangwei', '我带饭了，你们去吧。'],
  ['alice', '明天我请大家喝咖啡 ☕'],
  ['bob', 'Best message of the week.'],
  ['wangfang', '今天有人想吃火锅吗？天气冷。'],
  ['xiaoming', '想！几个人？'],
  ['zhangwei', '算我一个 🙋'],
  ['carlos', 'Is there a mild one? Last time I cried for an hour 😅'],
  ['wangfang', '有鸳鸯锅，放心。'],
  ['bob', 'I booked a table for six at 12:10.'],
]

export const designLines: readonly Line[] = [
  ['wangfang', '新图标放在共享文件夹了，一共 24 个，线宽统一 1.5。'],
  ['carlos', 'They look crisp. Dark mode versions too?'],
  ['wangfang', '图标用当前文字颜色，深色模式不用另外一套。'],
  ['alice', '未读的圆点用哪个红色？'],
  ['wangfang', '#d14343,对比度 4.6,白字没问题。'],
  ['xiaoming', '气泡圆角最后定多少？'],
  ['wangfang', '12,和卡片一样。'],
  ['carlos', 'The empty state needs one friendly sentence, not a drawing of a sad robot.'],
  ['alice', '同意 😂 简单一句话就够了。'],
  ['wangfang', '那就写：还没有消息，打个招呼吧。'],
  ['carlos', 'And in English: No messages yet. Say hello!'],
  ['wangfang', '定了。明天我把标注发出来。'],
]

/** Direct messages; the names of the people are in the order of the demo people. */
export const directLines: readonly (readonly Line[])[] = [
  [
    ['bob', 'Morning! Did the client answer?'],
    ['alice', 'Not yet, I will call them at ten.'],
    ['bob', 'Ok. Tell me if you need numbers, I have the report open.'],
    ['alice', 'They said yes! 🎉 合同下周签。'],
    ['bob', 'Fantastic! I will tell the team after lunch.'],
    ['alice', 'Please wait until it is signed 🤫'],
    ['bob', 'My lips are sealed.'],
  ],
  [
    ['xiaoming', '爱丽，昨天的数据我核对过了，没有问题。'],
    ['alice', '辛苦了！那我今天提交。'],
    ['xiaoming', '第三张表的单位记得改成万元。'],
    ['alice', '改好了，谢谢提醒。'],
    ['xiaoming', '下午的会改到三点半了，会议室还是 302。'],
    ['xiaoming', '你方便的话带一下投影仪的转接头 🙏'],
  ],
  [
    ['wangfang', '封面你喜欢哪一版?A 还是 B?'],
    ['alice', 'B,更干净。'],
    ['wangfang', '好，那我按 B 继续。'],
  ],
  [
    ['bob', 'The build is green again. It was the clock of the test machine.'],
    ['carlos', 'Time is an illusion. Test time doubly so.'],
    ['bob', '😂'],
  ],
  [
    ['xiaoming', '伟哥，周末打球吗？'],
    ['zhangwei', '周六上午可以，老地方？'],
    ['xiaoming', '行，九点见。🏀'],
  ],
]

export const groupDirectLines: readonly Line[] = [
  ['alice', '我们三个先对一下周四演示的顺序。'],
  ['bob', 'I start with the numbers, five minutes.'],
  ['wangfang', '然后我讲设计，十分钟。'],
  ['alice', '最后我来演示和回答问题。'],
  ['bob', 'Perfect 👍'],
]

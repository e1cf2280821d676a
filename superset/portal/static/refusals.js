// Why a landed row or file was refused, in the reader's language. The landing step writes it in English (landing/check.py);
// what is not known here is shown as it was written.
import { lang } from "./context.js";

const CHINESE = [
  [/^is empty: a value is required$/, () => "为空：必须有值"],
  [/^is not one of (.+)$/, (values) => `不在允许的取值内：${values.replaceAll(", ", "、")}`],
  [/^is not from (\d+) to (\d+) fen$/, (low, high) => `金额不在 ${low} 至 ${high} 分之间`],
  [/^no such customer up to this dt: .+$/, () => "截至该日没有此客户：请先补送客户，再送本行"],
  [/^no such account up to this dt: .+$/, () => "截至该日没有此账户：请先补送账户，再送本行"],
  [/^is more than a day after the file's dt: correct it$/, () => "晚于文件日期一天以上：请更正"],
  [/^is before 1990: correct it$/, () => "早于 1990 年：请更正"],
  [/^is not a tier1 organisation: .+$/, () => "不是一级分行：请更正，或新增该分行后重送文件"],
  [/^is not a tier2 organisation of the row's province: .+$/, () => "不是该省的二级分行：请更正，或新增后重送文件"],
  [/^is not .+: correct it$/, () => "类型或格式不对：请更正"],
  [/^the row has not as many values as the header: .+$/, () => "列数与表头不一致：请更正后重送"],
  [/^holds no usable value in (\w+): .+$/, (column) => `整个文件的 ${column} 没有可用的值：请更正后重送`],
  [/^is empty: send it .+$/, () => "文件是空的：请带表头重送，或不送"],
  [/^has a header that is not CSV: .+$/, () => "表头不是 CSV：请检查引号与换行"],
  [/^has no header line: .+$/, () => "没有表头：第一行必须是列名"],
  [/^has the column (\w+) more than once: .+$/, (column) => `列 ${column} 重复：请只保留一个`],
  [/^has unbalanced quotes: .+$/, () => "引号不成对：请更正后重送"],
  [/^cannot be opened: .+$/, () => "文件打不开：请检查权限"],
  [/^is blocked by its control sidecar: (\w+) is (\S+) there and (\S+) in the file; .+$/, (name, promised, found) => `控制总数不符：${name} 应为 ${promised}，文件中为 ${found}；请发送方重送一致的一对文件`],
  [/^is blocked by its control sidecar: .+$/, () => "控制文件有误：请发送方重送一致的一对文件"],
  [/^has no column (\w+), which is required: add it$/, (column) => `缺少必需的列 ${column}：请补上`],
];

export function refusal(reason) {
  if (lang !== "zh" || !reason) return reason;
  for (const [pattern, said] of CHINESE) {
    const found = reason.match(pattern);
    if (found) return said(...found.slice(1));
  }
  return reason;
}

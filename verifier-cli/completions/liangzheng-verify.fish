# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_liangzheng_verify_global_optspecs
    string join \n bundle= lang= json now= h/help V/version
end

function __fish_liangzheng_verify_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_liangzheng_verify_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_liangzheng_verify_using_subcommand
    set -l cmd (__fish_liangzheng_verify_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c liangzheng-verify -n "__fish_liangzheng_verify_needs_command" -l bundle -d '核验包目录，默认在用户数据目录 · Bundle of lists; default: the user\'s data folder' -r -f -a "(__fish_complete_directories)"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_needs_command" -l lang -d '输出语言，默认按系统 · Language of the output; default: the locale\'s' -r -f -a "zh\t'简体中文'
en\t'English'"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_needs_command" -l now -d '代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_needs_command" -l json -d '以 JSON 输出结果 · Print the answer as JSON'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_needs_command" -s V -l version -d 'Print version'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_needs_command" -f -a "verify" -d '核验一个码（文字、图片、- 读标准输入）或证照文件（OFD） · Check a code: text, PNG, JPEG, - for stdin; or an OFD file'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_needs_command" -f -a "scan" -d '连续核验：文件夹、视频、或 - 接扫码枪 · Check one code after the other: a folder, a video, - for a scanner'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_needs_command" -f -a "batch" -d '逐行核验，每行一个码 · Check a file with one code text a line; answers keep its order'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_needs_command" -f -a "sync" -d '联网取信任名录、目录和状态名单 · Fetch trust list, catalogue and status lists'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_needs_command" -f -a "bundle" -d '查看、导出、导入或清空核验包 · Show, export, import or empty the bundle'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_needs_command" -f -a "challenge" -d '出示核验码，让手机扫描后回应 · Make a challenge for a phone to answer'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_needs_command" -f -a "inspect" -d '拆开一个码看内容，不作核验 · Take a code apart without checking it'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_needs_command" -f -a "receipts" -d '查看、导出、上传核验记录 · List, export or upload what --receipts kept'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_needs_command" -f -a "doctor" -d '检查本机能否核验 · Tell whether this machine is ready to verify'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_needs_command" -f -a "completions" -d '生成命令补全 · Print a completion script'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_needs_command" -f -a "man" -d '生成手册页 · Print the man page'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand verify" -l audience -d '本核验方的受众类别 · This verifier\'s audience class' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand verify" -l scene -d '本次核验的场景 · The scene of this check' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand verify" -l challenge -d '只接受对此核验码的回应 · Accept nothing but the answer to this `EC1:` challenge' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand verify" -l replay-cache -d '记住已核验的码，再次出示即拒绝 · Remember accepted codes here and refuse them next time' -r -F
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand verify" -l receipts -d '每次核验留一条记录 · Keep a receipt of each verdict here' -r -F
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand verify" -l seal-trust -d '证照文件：所信任的印章证书机构（PEM） · For a file: certificates and revocation lists to trust for seals (PEM)' -r -F
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand verify" -l bundle -d '核验包目录，默认在用户数据目录 · Bundle of lists; default: the user\'s data folder' -r -f -a "(__fish_complete_directories)"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand verify" -l lang -d '输出语言，默认按系统 · Language of the output; default: the locale\'s' -r -f -a "zh\t'简体中文'
en\t'English'"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand verify" -l now -d '代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand verify" -l json -d '以 JSON 输出结果 · Print the answer as JSON'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand scan" -l audience -d '本核验方的受众类别 · This verifier\'s audience class' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand scan" -l scene -d '本次核验的场景 · The scene of this check' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand scan" -l challenge -d '只接受对此核验码的回应 · Accept nothing but the answer to this `EC1:` challenge' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand scan" -l replay-cache -d '记住已核验的码，再次出示即拒绝 · Remember accepted codes here and refuse them next time' -r -F
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand scan" -l receipts -d '每次核验留一条记录 · Keep a receipt of each verdict here' -r -F
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand scan" -l rp -d '本单位统一社会信用代码 · With --ask: the verifying unit\'s social credit code' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand scan" -l png -d '核验码另存为图片，每次更新 · With --ask: keep the challenge in this picture, too' -r -F
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand scan" -l bundle -d '核验包目录，默认在用户数据目录 · Bundle of lists; default: the user\'s data folder' -r -f -a "(__fish_complete_directories)"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand scan" -l lang -d '输出语言，默认按系统 · Language of the output; default: the locale\'s' -r -f -a "zh\t'简体中文'
en\t'English'"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand scan" -l now -d '代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand scan" -l watch -d '持续监视文件夹，按 Ctrl-C 结束 · Keep watching the folder for new files until Ctrl-C'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand scan" -l ask -d '每次先出示核验码，只接受手机的回应 · Show a fresh challenge each time and accept only its answer'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand scan" -l brief -d '每个码只输出一行 · One line for each code instead of the form'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand scan" -l json -d '以 JSON 输出结果 · Print the answer as JSON'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand scan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand batch" -l audience -d '本核验方的受众类别 · This verifier\'s audience class' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand batch" -l scene -d '本次核验的场景 · The scene of this check' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand batch" -l bundle -d '核验包目录，默认在用户数据目录 · Bundle of lists; default: the user\'s data folder' -r -f -a "(__fish_complete_directories)"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand batch" -l lang -d '输出语言，默认按系统 · Language of the output; default: the locale\'s' -r -f -a "zh\t'简体中文'
en\t'English'"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand batch" -l now -d '代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand batch" -l json -d '以 JSON 输出结果 · Print the answer as JSON'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand batch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand sync" -l server -d '平台地址 · Address of the platform, such as `https://licences.example`' -r -f
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand sync" -l root -d '根密钥文件；仅在尚无根密钥时使用 · Root file to pin; counts only while the bundle holds no root' -r -F
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand sync" -l ca -d '平台证书的签发方（PEM） · Certificates (PEM) to trust for HTTPS instead of the public ones' -r -F
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand sync" -l bundle -d '核验包目录，默认在用户数据目录 · Bundle of lists; default: the user\'s data folder' -r -f -a "(__fish_complete_directories)"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand sync" -l lang -d '输出语言，默认按系统 · Language of the output; default: the locale\'s' -r -f -a "zh\t'简体中文'
en\t'English'"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand sync" -l now -d '代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand sync" -l json -d '以 JSON 输出结果 · Print the answer as JSON'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and not __fish_seen_subcommand_from export import reset" -l for -d '能否撑过这么久，如 8h；不能则退出码 2 · Exit 2 unless everything held lasts this long, such as 8h' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and not __fish_seen_subcommand_from export import reset" -l bundle -d '核验包目录，默认在用户数据目录 · Bundle of lists; default: the user\'s data folder' -r -f -a "(__fish_complete_directories)"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and not __fish_seen_subcommand_from export import reset" -l lang -d '输出语言，默认按系统 · Language of the output; default: the locale\'s' -r -f -a "zh\t'简体中文'
en\t'English'"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and not __fish_seen_subcommand_from export import reset" -l now -d '代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and not __fish_seen_subcommand_from export import reset" -l json -d '以 JSON 输出结果 · Print the answer as JSON'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and not __fish_seen_subcommand_from export import reset" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and not __fish_seen_subcommand_from export import reset" -f -a "export" -d '导出为一个文件 · Write all of it to one file'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and not __fish_seen_subcommand_from export import reset" -f -a "import" -d '从文件导入 · Take in what another machine exported; everything is checked again'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and not __fish_seen_subcommand_from export import reset" -f -a "reset" -d '清空，包括根密钥和时间下限 · Empty it, with its root and floors'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and __fish_seen_subcommand_from export" -l from -d '对方已有的信任名录版本；默认全部带上 · Trust list version that the receiver holds; default: all are written' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and __fish_seen_subcommand_from export" -l bundle -d '核验包目录，默认在用户数据目录 · Bundle of lists; default: the user\'s data folder' -r -f -a "(__fish_complete_directories)"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and __fish_seen_subcommand_from export" -l lang -d '输出语言，默认按系统 · Language of the output; default: the locale\'s' -r -f -a "zh\t'简体中文'
en\t'English'"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and __fish_seen_subcommand_from export" -l now -d '代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and __fish_seen_subcommand_from export" -l json -d '以 JSON 输出结果 · Print the answer as JSON'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and __fish_seen_subcommand_from import" -l root -d '根密钥文件；仅在尚无根密钥时使用 · Root file to pin; counts only while the bundle holds no root' -r -F
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and __fish_seen_subcommand_from import" -l bundle -d '核验包目录，默认在用户数据目录 · Bundle of lists; default: the user\'s data folder' -r -f -a "(__fish_complete_directories)"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and __fish_seen_subcommand_from import" -l lang -d '输出语言，默认按系统 · Language of the output; default: the locale\'s' -r -f -a "zh\t'简体中文'
en\t'English'"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and __fish_seen_subcommand_from import" -l now -d '代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and __fish_seen_subcommand_from import" -l json -d '以 JSON 输出结果 · Print the answer as JSON'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and __fish_seen_subcommand_from reset" -l bundle -d '核验包目录，默认在用户数据目录 · Bundle of lists; default: the user\'s data folder' -r -f -a "(__fish_complete_directories)"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and __fish_seen_subcommand_from reset" -l lang -d '输出语言，默认按系统 · Language of the output; default: the locale\'s' -r -f -a "zh\t'简体中文'
en\t'English'"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and __fish_seen_subcommand_from reset" -l now -d '代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and __fish_seen_subcommand_from reset" -l json -d '以 JSON 输出结果 · Print the answer as JSON'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand bundle; and __fish_seen_subcommand_from reset" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand challenge" -l scene -d '场景代码 · Code of the scene' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand challenge" -l rp -d '本单位统一社会信用代码 · The verifying unit\'s social credit code' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand challenge" -l png -d '另存为图片 · Draw it to a file, too' -r -F
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand challenge" -l bundle -d '核验包目录，默认在用户数据目录 · Bundle of lists; default: the user\'s data folder' -r -f -a "(__fish_complete_directories)"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand challenge" -l lang -d '输出语言，默认按系统 · Language of the output; default: the locale\'s' -r -f -a "zh\t'简体中文'
en\t'English'"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand challenge" -l now -d '代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand challenge" -l json -d '以 JSON 输出结果 · Print the answer as JSON'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand challenge" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand inspect" -l bundle -d '核验包目录，默认在用户数据目录 · Bundle of lists; default: the user\'s data folder' -r -f -a "(__fish_complete_directories)"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand inspect" -l lang -d '输出语言，默认按系统 · Language of the output; default: the locale\'s' -r -f -a "zh\t'简体中文'
en\t'English'"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand inspect" -l now -d '代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand inspect" -l json -d '以 JSON 输出结果 · Print the answer as JSON'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand inspect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and not __fish_seen_subcommand_from list upload export prune" -l bundle -d '核验包目录，默认在用户数据目录 · Bundle of lists; default: the user\'s data folder' -r -f -a "(__fish_complete_directories)"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and not __fish_seen_subcommand_from list upload export prune" -l lang -d '输出语言，默认按系统 · Language of the output; default: the locale\'s' -r -f -a "zh\t'简体中文'
en\t'English'"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and not __fish_seen_subcommand_from list upload export prune" -l now -d '代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and not __fish_seen_subcommand_from list upload export prune" -l json -d '以 JSON 输出结果 · Print the answer as JSON'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and not __fish_seen_subcommand_from list upload export prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and not __fish_seen_subcommand_from list upload export prune" -f -a "list" -d '列出记录及上传状态 · List them and which are uploaded'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and not __fish_seen_subcommand_from list upload export prune" -f -a "upload" -d '上传尚未上传的记录 · Upload those that are not uploaded yet'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and not __fish_seen_subcommand_from list upload export prune" -f -a "export" -d '导出为表格（CSV） · Write them as a table (CSV)'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and not __fish_seen_subcommand_from list upload export prune" -f -a "prune" -d '清理已上传的记录 · Remove those that are uploaded'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from list" -l receipts -d '核验时所用的 --receipts · The --receipts of the scans' -r -F
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from list" -l bundle -d '核验包目录，默认在用户数据目录 · Bundle of lists; default: the user\'s data folder' -r -f -a "(__fish_complete_directories)"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from list" -l lang -d '输出语言，默认按系统 · Language of the output; default: the locale\'s' -r -f -a "zh\t'简体中文'
en\t'English'"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from list" -l now -d '代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from list" -l json -d '以 JSON 输出结果 · Print the answer as JSON'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from upload" -l receipts -d '核验时所用的 --receipts · The --receipts of the scans' -r -F
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from upload" -l server -d '平台地址 · Address of the platform, such as `https://licences.example`' -r -f
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from upload" -l token-file -d '存放会话令牌的文件 · File that holds the session\'s token' -r -F
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from upload" -l ca -d '平台证书的签发方（PEM） · Certificates (PEM) to trust for HTTPS instead of the public ones' -r -F
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from upload" -l bundle -d '核验包目录，默认在用户数据目录 · Bundle of lists; default: the user\'s data folder' -r -f -a "(__fish_complete_directories)"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from upload" -l lang -d '输出语言，默认按系统 · Language of the output; default: the locale\'s' -r -f -a "zh\t'简体中文'
en\t'English'"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from upload" -l now -d '代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from upload" -l json -d '以 JSON 输出结果 · Print the answer as JSON'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from upload" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from export" -l receipts -d '核验时所用的 --receipts · The --receipts of the scans' -r -F
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from export" -l bundle -d '核验包目录，默认在用户数据目录 · Bundle of lists; default: the user\'s data folder' -r -f -a "(__fish_complete_directories)"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from export" -l lang -d '输出语言，默认按系统 · Language of the output; default: the locale\'s' -r -f -a "zh\t'简体中文'
en\t'English'"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from export" -l now -d '代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from export" -l json -d '以 JSON 输出结果 · Print the answer as JSON'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from prune" -l receipts -d '核验时所用的 --receipts · The --receipts of the scans' -r -F
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from prune" -l bundle -d '核验包目录，默认在用户数据目录 · Bundle of lists; default: the user\'s data folder' -r -f -a "(__fish_complete_directories)"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from prune" -l lang -d '输出语言，默认按系统 · Language of the output; default: the locale\'s' -r -f -a "zh\t'简体中文'
en\t'English'"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from prune" -l now -d '代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from prune" -l json -d '以 JSON 输出结果 · Print the answer as JSON'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand receipts; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand doctor" -l for -d '能否撑过这么久的外勤，如 8h · Whether it stays ready this long, such as 8h' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand doctor" -l scene -d '外勤的场景；按其名单时限判断 · The patrol\'s scene, whose limit on the lists\' age then counts' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand doctor" -l replay-cache -d '同时检查已用码记录 · Look at this replay cache, too' -r -F
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand doctor" -l receipts -d '同时检查核验记录 · Look at these receipts, too' -r -F
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand doctor" -l bundle -d '核验包目录，默认在用户数据目录 · Bundle of lists; default: the user\'s data folder' -r -f -a "(__fish_complete_directories)"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand doctor" -l lang -d '输出语言，默认按系统 · Language of the output; default: the locale\'s' -r -f -a "zh\t'简体中文'
en\t'English'"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand doctor" -l now -d '代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand doctor" -l json -d '以 JSON 输出结果 · Print the answer as JSON'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand completions" -l bundle -d '核验包目录，默认在用户数据目录 · Bundle of lists; default: the user\'s data folder' -r -f -a "(__fish_complete_directories)"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand completions" -l lang -d '输出语言，默认按系统 · Language of the output; default: the locale\'s' -r -f -a "zh\t'简体中文'
en\t'English'"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand completions" -l now -d '代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand completions" -l json -d '以 JSON 输出结果 · Print the answer as JSON'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand man" -l bundle -d '核验包目录，默认在用户数据目录 · Bundle of lists; default: the user\'s data folder' -r -f -a "(__fish_complete_directories)"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand man" -l lang -d '输出语言，默认按系统 · Language of the output; default: the locale\'s' -r -f -a "zh\t'简体中文'
en\t'English'"
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand man" -l now -d '代替本机时钟 · Stands in for the clock: unix seconds or RFC 3339' -r
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand man" -l json -d '以 JSON 输出结果 · Print the answer as JSON'
complete -c liangzheng-verify -n "__fish_liangzheng_verify_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
